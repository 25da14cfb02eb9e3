import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * HiveMQ Community Edition for certstorm to storm. It makes its key stores out of PEM files, judges clients as its order says, and obeys
 * lines on standard input: `collect` collects the garbage, `count` tells what was decided, each answered with a line that ends with the
 * second word; and the end of the input ends it.
 *
 * Argument: the order, a JSON file.
 */
public final class HiveMqTarget {
    public static void main(final String[] arguments) throws Exception {
        final ObjectMapper json = new ObjectMapper();
        final JsonNode order = json.readTree(Path.of(arguments[0]).toFile());
        final Path folder = pathOf(order, "folder");
        final char[] password = System.getenv("CERTSTORM_STORE_PASSWORD").toCharArray();
        KeyStores.writeServer(
                folder.resolve("server.p12"), password, pathOf(order, "serverCertFile"), pathOf(order, "serverKeyFile"));
        KeyStores.writeTrusted(folder.resolve("clients.p12"), password, pathOf(order, "clientCaFile"));
        final JsonNode users = order.hasNonNull("usersFile")
                ? json.readTree(pathOf(order, "usersFile").toFile()).get("users")
                : null;

        final Counts counts = new Counts();
        final EmbeddedExtension extension = EmbeddedExtension.builder()
                .withId("certstorm")
                .withName("certstorm")
                .withVersion("1")
                .withExtensionMain(new CertificateExtension(order, users, counts))
                .build();
        final EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(folder.resolve("conf"))
                .withDataFolder(Files.createDirectories(folder.resolve("data")))
                .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                .withEmbeddedExtension(extension)
                .build();
        broker.start().join();
        System.out.println("started on Java " + Runtime.version());
        obey(counts);
        System.exit(0);
    }

    private static void obey(final Counts counts) throws Exception {
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            final String[] words = line.split(" ");
            if (words[0].equals("collect")) {
                System.gc();
                System.out.println("collected " + words[1]);
            } else if (words[0].equals("count")) {
                System.out.println("counted " + counts + " " + words[1]);
            }
        }
    }

    private static Path pathOf(final JsonNode order, final String field) {
        return Path.of(order.get(field).asText());
    }
}
