import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What rules look at in a certificate. A text that is no well-formed string of its type is null: it is like none. */
final class CertificateFacts {
    final Map<String, List<String>> subject;
    final Map<String, List<String>> issuer;
    /** As `dns:…`, `uri:…`, `email:…` and `ip:…`. */
    final List<Name> alternativeNames;
    /** Hexadecimal, upper case, without leading zeros. */
    final String serial;
    /** SHA-256, hexadecimal, upper case. */
    final String fingerprint;
    final long notAfterMs;
    final List<String> extendedKeyUsages;
    final List<String> policies;

    record Name(String kind, String value) {}

    private static final Map<String, String> attributeTypes = Map.ofEntries(
            Map.entry("2.5.4.3", "CN"),
            Map.entry("2.5.4.4", "SN"),
            Map.entry("2.5.4.5", "serialNumber"),
            Map.entry("2.5.4.6", "C"),
            Map.entry("2.5.4.7", "L"),
            Map.entry("2.5.4.8", "ST"),
            Map.entry("2.5.4.9", "street"),
            Map.entry("2.5.4.10", "O"),
            Map.entry("2.5.4.11", "OU"),
            Map.entry("2.5.4.12", "title"),
            Map.entry("2.5.4.42", "GN"),
            Map.entry("0.9.2342.19200300.100.1.1", "UID"),
            Map.entry("0.9.2342.19200300.100.1.25", "DC"),
            Map.entry("1.2.840.113549.1.9.1", "emailAddress"));

    CertificateFacts(final X509Certificate certificate) throws Exception {
        final HexFormat hex = HexFormat.of().withUpperCase();
        subject = attributes(certificate.getSubjectX500Principal().getEncoded());
        issuer = attributes(certificate.getIssuerX500Principal().getEncoded());
        alternativeNames = alternativeNames(certificate.getExtensionValue("2.5.29.17"));
        serial = hex.formatHex(certificate.getSerialNumber().toByteArray()).replaceFirst("^0+(?=.)", "");
        fingerprint = hex.formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        notAfterMs = certificate.getNotAfter().getTime();
        extendedKeyUsages = members(certificate.getExtensionValue("2.5.29.37")).stream().map(Der::oid).toList();
        policies = members(certificate.getExtensionValue("2.5.29.32")).stream()
                .map(policy -> policy.children().get(0).oid())
                .toList();
    }

    /** Name (RFC 5280 4.1.2.4): sets of type and value. */
    private static Map<String, List<String>> attributes(final byte[] name) {
        final Map<String, List<String>> values = new LinkedHashMap<>();
        for (final Der set : Der.read(name).children()) {
            for (final Der attribute : set.children()) {
                final List<Der> pair = attribute.children();
                final String type = attributeTypes.get(pair.get(0).oid());
                if (type != null) {
                    values.computeIfAbsent(type, word -> new ArrayList<>()).add(text(pair.get(1)));
                }
            }
        }
        return values;
    }

    /** GeneralName (RFC 5280 4.2.1.6). */
    private static List<Name> alternativeNames(final byte[] extension) {
        final List<Name> names = new ArrayList<>();
        for (final Der name : members(extension)) {
            switch (name.tag) {
                case 0x81 -> names.add(new Name("email", ascii(name.contents())));
                case 0x82 -> names.add(new Name("dns", ascii(name.contents())));
                case 0x86 -> names.add(new Name("uri", ascii(name.contents())));
                case 0x87 -> names.add(new Name("ip", address(name.contents())));
                default -> {}
            }
        }
        return names;
    }

    /** The elements of the sequence within an extension, which Java hands over in its OCTET STRING. */
    private static List<Der> members(final byte[] extension) {
        return extension == null ? List.of() : Der.read(Der.read(extension).contents()).children();
    }

    private static String address(final byte[] octets) {
        final List<String> parts = new ArrayList<>();
        if (octets.length == 4) {
            for (final byte octet : octets) {
                parts.add(String.valueOf(octet & 0xff));
            }
            return String.join(".", parts);
        }
        if (octets.length != 16) {
            return null;
        }
        for (int at = 0; at < 16; at += 2) {
            parts.add(Integer.toHexString(((octets[at] & 0xff) << 8) | (octets[at + 1] & 0xff)));
        }
        return String.join(":", parts);
    }

    /** UTF8String, PrintableString, IA5String, BMPString; the other types are nobody's today. */
    private static String text(final Der value) {
        return switch (value.tag) {
            case 0x0c -> decoded(value.contents(), StandardCharsets.UTF_8);
            case 0x13, 0x16 -> ascii(value.contents());
            case 0x1e -> decoded(value.contents(), StandardCharsets.UTF_16BE);
            default -> null;
        };
    }

    private static String ascii(final byte[] bytes) {
        return decoded(bytes, StandardCharsets.US_ASCII);
    }

    private static String decoded(final byte[] bytes, final Charset charset) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (final CharacterCodingException malformed) {
            return null;
        }
    }
}
