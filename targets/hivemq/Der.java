import java.util.ArrayList;
import java.util.List;

/** One element of a DER encoding (X.690) as far as certificates need it: a view over bytes. */
final class Der {
    final int tag;
    private final byte[] bytes;
    private final int contents;
    private final int end;

    private Der(final int tag, final byte[] bytes, final int contents, final int end) {
        this.tag = tag;
        this.bytes = bytes;
        this.contents = contents;
        this.end = end;
    }

    static Der read(final byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }

    byte[] contents() {
        return java.util.Arrays.copyOfRange(bytes, contents, end);
    }

    List<Der> children() {
        final List<Der> children = new ArrayList<>();
        for (int at = contents; at < end; ) {
            final Der child = read(bytes, at, end);
            children.add(child);
            at = child.end;
        }
        return children;
    }

    /** An OBJECT IDENTIFIER (8.19) in dots. */
    String oid() {
        final List<Long> arcs = new ArrayList<>();
        long arc = 0;
        for (int at = contents; at < end; at++) {
            arc = (arc << 7) | (bytes[at] & 0x7f);
            if ((bytes[at] & 0x80) == 0) {
                arcs.add(arc);
                arc = 0;
            }
        }
        final long first = arcs.isEmpty() ? 0 : arcs.get(0);
        final long top = first < 80 ? first / 40 : 2;
        final StringBuilder text = new StringBuilder(top + "." + (first - top * 40));
        arcs.stream().skip(1).forEach(each -> text.append('.').append(each));
        return text.toString();
    }

    private static Der read(final byte[] bytes, final int at, final int limit) {
        if (at + 2 > limit) {
            throw new IllegalArgumentException("DER that is cut off");
        }
        int length = bytes[at + 1] & 0xff;
        int contents = at + 2;
        if (length >= 0x80) {
            final int octets = length & 0x7f;
            if (octets == 0 || octets > 3 || contents + octets > limit) {
                throw new IllegalArgumentException("a length that is not DER");
            }
            length = 0;
            for (int octet = 0; octet < octets; octet++) {
                length = (length << 8) | (bytes[contents++] & 0xff);
            }
        }
        if (contents + length > limit) {
            throw new IllegalArgumentException("DER that is cut off");
        }
        return new Der(bytes[at] & 0xff, bytes, contents, contents + length);
    }
}
