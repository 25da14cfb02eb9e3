import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Topic filters that a certificate grants, by the rules of a scenario's `broker.authorization`. */
final class Rules {
    /** What a client may do. */
    record Grants(List<String> publish, List<String> subscribe) {
        boolean mayPublish(final String topic) {
            return TopicFilters.isName(topic)
                    && publish.stream().anyMatch(filter -> TopicFilters.covers(filter, topic));
        }

        boolean maySubscribe(final String asked) {
            final String filter = TopicFilters.withoutShare(asked);
            return filter != null
                    && TopicFilters.isFilter(filter)
                    && subscribe.stream().anyMatch(granted -> TopicFilters.covers(granted, filter));
        }
    }

    private record Rule(List<Predicate<CertificateFacts>> conditions, List<String> publish, List<String> subscribe) {}

    private static final Pattern placeholder = Pattern.compile("\\$\\{([^}]*)\\}");
    /** Not in one level of a topic: a level's end, wildcards, control characters (MQTT 3.1.1, 1.5.3). */
    private static final Pattern unsafe = Pattern.compile("[/+#\\x00-\\x1f\\x7f-\\x9f]");

    private final List<Rule> rules = new ArrayList<>();

    Rules(final JsonNode written) {
        for (final JsonNode rule : written) {
            rules.add(new Rule(
                    conditions(rule.path("when")), texts(rule.path("publish")), texts(rule.path("subscribe"))));
        }
    }

    /** The filters of all rules that fit; nothing without a certificate: these are rules about certificates. */
    Grants grantsOf(final CertificateFacts certificate, final String clientId, final String userName) {
        final List<String> publish = new ArrayList<>();
        final List<String> subscribe = new ArrayList<>();
        if (certificate == null) {
            return new Grants(publish, subscribe);
        }
        for (final Rule rule : rules) {
            if (!rule.conditions.stream().allMatch(condition -> condition.test(certificate))) {
                continue;
            }
            add(publish, rule.publish, certificate, clientId, userName);
            add(subscribe, rule.subscribe, certificate, clientId, userName);
        }
        return new Grants(publish, subscribe);
    }

    private static void add(
            final List<String> filters,
            final List<String> templates,
            final CertificateFacts certificate,
            final String clientId,
            final String userName) {
        for (final String template : templates) {
            final String filter = filled(template, certificate, clientId, userName);
            if (filter != null) {
                filters.add(filter);
            }
        }
    }

    /** Null where a placeholder has no single value that is safe in one level of a topic. */
    private static String filled(
            final String template,
            final CertificateFacts certificate,
            final String clientId,
            final String userName) {
        final Matcher found = placeholder.matcher(template);
        final StringBuilder filter = new StringBuilder();
        while (found.find()) {
            final String value = valueOf(found.group(1), certificate, clientId, userName);
            if (value == null || value.isEmpty() || unsafe.matcher(value).find()) {
                return null;
            }
            found.appendReplacement(filter, Matcher.quoteReplacement(value));
        }
        found.appendTail(filter);
        final String text = filter.toString();
        if (!TopicFilters.isFilter(text)) {
            return null;
        }
        // `$SYS` and the like are for whom a rule names them to, and nobody gets there by his name.
        final boolean named = template.startsWith("$") && !template.startsWith("${");
        return text.startsWith("$") && !named ? null : text;
    }

    private static String valueOf(
            final String name, final CertificateFacts certificate, final String clientId, final String userName) {
        switch (name) {
            case "clientId":
                return clientId;
            case "userName":
                return userName;
            case "cert.serial":
                return certificate.serial;
            case "cert.fingerprint":
                return certificate.fingerprint;
            default:
        }
        final String[] parts = name.split("\\.");
        if (parts.length != 3) {
            return null;
        }
        return switch (parts[1]) {
            case "subject" -> only(certificate.subject.get(parts[2]));
            case "issuer" -> only(certificate.issuer.get(parts[2]));
            case "san" -> only(certificate.alternativeNames.stream()
                    .filter(each -> each.kind().equals(parts[2]))
                    .map(CertificateFacts.Name::value)
                    .collect(Collectors.toCollection(ArrayList::new)));
            default -> null;
        };
    }

    /** Of two names nobody can say which is meant. */
    private static String only(final List<String> values) {
        return values != null && values.size() == 1 ? values.get(0) : null;
    }

    private static List<Predicate<CertificateFacts>> conditions(final JsonNode when) {
        final List<Predicate<CertificateFacts>> conditions = new ArrayList<>();
        when.path("subject").fields().forEachRemaining(entry -> {
            final Predicate<String> matches = glob(entry.getValue().asText());
            conditions.add(certificate -> anyOf(certificate.subject, entry.getKey(), matches));
        });
        when.path("issuer").fields().forEachRemaining(entry -> {
            final Predicate<String> matches = glob(entry.getValue().asText());
            conditions.add(certificate -> anyOf(certificate.issuer, entry.getKey(), matches));
        });
        if (when.has("san")) {
            final Predicate<String> matches = glob(when.get("san").asText());
            conditions.add(certificate -> certificate.alternativeNames.stream()
                    .anyMatch(name -> name.value() != null && matches.test(name.kind() + ":" + name.value())));
        }
        if (when.has("serial")) {
            final List<String> serials = plainHex(when.get("serial")).stream()
                    .map(serial -> serial.replaceFirst("^0+(?=.)", ""))
                    .toList();
            conditions.add(certificate -> serials.contains(certificate.serial));
        }
        if (when.has("fingerprint")) {
            final List<String> fingerprints = plainHex(when.get("fingerprint"));
            conditions.add(certificate -> fingerprints.contains(certificate.fingerprint));
        }
        if (when.has("extKeyUsage")) {
            final String purpose = when.get("extKeyUsage").asText();
            conditions.add(certificate -> certificate.extendedKeyUsages.contains(purpose));
        }
        if (when.has("policy")) {
            final String policy = when.get("policy").asText();
            conditions.add(certificate -> certificate.policies.contains(policy));
        }
        if (when.has("validityLeftMs")) {
            final long atLeastMs = when.get("validityLeftMs").asLong();
            conditions.add(certificate -> certificate.notAfterMs - System.currentTimeMillis() >= atLeastMs);
        }
        return conditions;
    }

    private static boolean anyOf(
            final Map<String, List<String>> values, final String type, final Predicate<String> matches) {
        return values.getOrDefault(type, List.of()).stream().anyMatch(value -> value != null && matches.test(value));
    }

    /** `*` stands for any characters, also none. */
    private static Predicate<String> glob(final String pattern) {
        final String source = List.of(pattern.split("\\*", -1)).stream()
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        return Pattern.compile(source, Pattern.DOTALL).asMatchPredicate();
    }

    private static List<String> plainHex(final JsonNode list) {
        return texts(list).stream()
                .map(text -> text.replace(":", "").toUpperCase(Locale.ROOT))
                .toList();
    }

    private static List<String> texts(final JsonNode list) {
        final List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
