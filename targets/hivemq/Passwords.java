import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Users and records of their passwords: `$sha256$SALT$HASH`, one salted SHA-256, or `$7$ITERATIONS$SALT$HASH`, PBKDF2 (RFC 8018) with
 * HMAC-SHA-512 as HiveMQ's File RBAC extension has it. An unknown user costs the same as a known one.
 */
final class Passwords {
    private final Map<String, String> records = new HashMap<>();
    private final String stranger;

    Passwords(final JsonNode users) {
        users.forEach(entry -> records.put(entry.get(0).asText(), entry.get(1).asText()));
        stranger = records.values().stream().findAny().orElse("");
    }

    boolean isRight(final String userName, final byte[] password) {
        final String known = records.get(userName);
        return matches(known == null ? stranger : known, password) && known != null;
    }

    private static boolean matches(final String record, final byte[] password) {
        final String[] parts = record.split("\\$");
        try {
            if (parts.length == 4 && parts[1].equals("sha256")) {
                final MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(decoded(parts[2]));
                return MessageDigest.isEqual(digest.digest(password), decoded(parts[3]));
            }
            if (parts.length == 5 && parts[1].equals("7")) {
                final byte[] wanted = decoded(parts[4]);
                // The characters' UTF-8 is what is hashed.
                final char[] characters = new String(password, StandardCharsets.UTF_8).toCharArray();
                final PBEKeySpec spec =
                        new PBEKeySpec(characters, decoded(parts[3]), Integer.parseInt(parts[2]), 8 * wanted.length);
                final byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                        .generateSecret(spec)
                        .getEncoded();
                return MessageDigest.isEqual(hash, wanted);
            }
            return false;
        } catch (final GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] decoded(final String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
