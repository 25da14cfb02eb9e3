import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What this broker has decided about clients from CONNECT on, by the first three octets of their addresses; TLS tells nobody. */
final class Counts {
    private record Line(String source, String verdict, String layer, String cause) {}

    private final Map<Line, LongAdder> lines = new ConcurrentHashMap<>();

    void accepted(final String source) {
        add(new Line(source, "accepted", null, "accepted"), 1);
    }

    void refusedAtConnect(final String source, final String cause) {
        add(new Line(source, "refused", "connect", cause), 1);
    }

    /** One that was let in is refused what it wants to do, for the first time. */
    void refusedAtAuthorization(final String source, final String operation) {
        add(new Line(source, "accepted", null, "accepted"), -1);
        add(new Line(source, "refused", "authorization", operation), 1);
    }

    static String sourceOf(final InetAddress address) {
        final String text = address.getHostAddress();
        return text.substring(0, Math.max(0, text.lastIndexOf('.')));
    }

    /** As JSON, in one line. */
    @Override
    public String toString() {
        return lines.entrySet().stream()
                .map(entry -> {
                    final Line line = entry.getKey();
                    final String layer = line.layer == null ? "null" : '"' + line.layer + '"';
                    return "{\"source\":\"%s\",\"verdict\":\"%s\",\"layer\":%s,\"cause\":\"%s\",\"count\":%d}"
                            .formatted(line.source, line.verdict, layer, line.cause, entry.getValue().sum());
                })
                .collect(Collectors.joining(",", "[", "]"));
    }

    private void add(final Line line, final int by) {
        lines.computeIfAbsent(line, each -> new LongAdder()).add(by);
    }
}
