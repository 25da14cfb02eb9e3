import java.nio.charset.StandardCharsets;

/** Topic names and topic filters (MQTT 3.1.1, 4.7; shared subscriptions: MQTT 5, 4.8.2), as certstorm's own broker judges them. */
final class TopicFilters {
    private TopicFilters() {}

    /** A name that a message may be published to: no wildcard in it (4.7.1). */
    static boolean isName(final String text) {
        return isWhole(text) && text.indexOf('+') < 0 && text.indexOf('#') < 0;
    }

    /** `#` only as the last level, `+` and `#` only as whole levels (4.7.1.2, 4.7.1.3). */
    static boolean isFilter(final String text) {
        if (!isWhole(text)) {
            return false;
        }
        final String[] levels = text.split("/", -1);
        for (int index = 0; index < levels.length; index++) {
            final String level = levels[index];
            final boolean wildcard = level.equals("+") || (level.equals("#") && index == levels.length - 1);
            if (!wildcard && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0)) {
                return false;
            }
        }
        return true;
    }

    /** The filter behind `$share/GROUP/FILTER`; the text itself where it is none; null where it is malformed. */
    static String withoutShare(final String filter) {
        if (!filter.equals("$share") && !filter.startsWith("$share/")) {
            return filter;
        }
        final String[] parts = filter.split("/", 3);
        if (parts.length < 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            return null;
        }
        return parts[1].indexOf('+') >= 0 || parts[1].indexOf('#') >= 0 ? null : parts[2];
    }

    /** Whether every topic that `asked` matches is matched by `granted` too, and there is one. */
    static boolean covers(final String granted, final String asked) {
        // Wildcards at the first level match no topic that starts with `$` (4.7.2).
        if (asked.startsWith("$") && (granted.startsWith("+") || granted.startsWith("#"))) {
            return false;
        }
        final String[] grant = granted.split("/", -1);
        final String[] ask = asked.split("/", -1);
        for (int level = 0; ; level++) {
            final String have = level < grant.length ? grant[level] : null;
            final String want = level < ask.length ? ask[level] : null;
            if ("#".equals(have)) {
                return true;
            }
            if (want == null) {
                return have == null;
            }
            if (have == null || want.equals("#") || !(have.equals("+") || have.equals(want))) {
                return false;
            }
        }
    }

    /** 1.5.3: a string holds no U+0000; 4.7.3: it has at least one character and at most 65,535 bytes. */
    private static boolean isWhole(final String text) {
        return !text.isEmpty()
                && text.indexOf('\0') < 0
                && text.getBytes(StandardCharsets.UTF_8).length <= 65_535;
    }
}
