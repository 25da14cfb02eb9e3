import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;

/**
 * HiveMQ Community Edition for certstorm to storm. It makes its key stores out of PEM files, lets in whoever has shown a certificate that
 * TLS has found good, and obeys lines on standard input: `collect` collects the garbage, and the end of the input ends it.
 *
 * Arguments: the folder of the run, the server's certificate and key, the CAs of clients, and `required` where clients must show a
 * certificate.
 */
public final class HiveMqTarget {
    private static final LongAdder accepted = new LongAdder();
    private static final LongAdder refused = new LongAdder();

    public static void main(final String[] arguments) throws Exception {
        final Path folder = Path.of(arguments[0]);
        final char[] password = System.getenv("CERTSTORM_STORE_PASSWORD").toCharArray();
        writeKeyStore(folder.resolve("server.p12"), password, Path.of(arguments[1]), Path.of(arguments[2]));
        writeTrustStore(folder.resolve("clients.p12"), password, Path.of(arguments[3]));

        final EmbeddedExtension extension = EmbeddedExtension.builder()
                .withId("certstorm")
                .withName("certstorm")
                .withVersion("1")
                .withExtensionMain(new CertificateExtension(arguments[4].equals("required")))
                .build();
        final EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(folder.resolve("conf"))
                .withDataFolder(Files.createDirectories(folder.resolve("data")))
                .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                .withEmbeddedExtension(extension)
                .build();
        broker.start().join();
        System.out.println("started on Java " + Runtime.version());
        obey();
        System.exit(0);
    }

    private static void obey() throws Exception {
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (line.equals("collect")) {
                System.gc();
                System.out.println("collected; at CONNECT " + accepted + " accepted, " + refused + " refused");
            }
        }
    }

    /** Who has no certificate at CONNECT is refused there; TLS demands one, so that nobody should. */
    private static final class CertificateExtension implements ExtensionMain, SimpleAuthenticator {
        private final boolean required;

        CertificateExtension(final boolean required) {
            this.required = required;
        }

        @Override
        public void extensionStart(final ExtensionStartInput input, final ExtensionStartOutput output) {
            Services.securityRegistry().setAuthenticatorProvider(provided -> this);
        }

        @Override
        public void extensionStop(final ExtensionStopInput input, final ExtensionStopOutput output) {}

        @Override
        public void onConnect(final SimpleAuthInput input, final SimpleAuthOutput output) {
            final boolean shown = input.getConnectionInformation()
                    .getClientTlsInformation()
                    .flatMap(ClientTlsInformation::getClientCertificate)
                    .isPresent();
            if (shown || !required) {
                accepted.increment();
                output.authenticateSuccessfully();
            } else {
                refused.increment();
                output.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, "no certificate");
            }
        }
    }

    private static void writeKeyStore(final Path file, final char[] password, final Path certificates, final Path key)
            throws Exception {
        final Certificate[] chain = readCertificates(certificates).toArray(new Certificate[0]);
        final byte[] der = Base64.getMimeDecoder()
                .decode(Files.readString(key).replaceAll("-----[^-]+-----", ""));
        final PrivateKey privateKey = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(der));
        final KeyStore store = emptyStore();
        store.setKeyEntry("server", privateKey, password, chain);
        write(store, file, password);
    }

    private static void writeTrustStore(final Path file, final char[] password, final Path certificates)
            throws Exception {
        final KeyStore store = emptyStore();
        int number = 0;
        for (final Certificate certificate : readCertificates(certificates)) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        write(store, file, password);
    }

    private static Collection<? extends Certificate> readCertificates(final Path file) throws Exception {
        try (InputStream bytes = new ByteArrayInputStream(Files.readAllBytes(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(bytes);
        }
    }

    private static KeyStore emptyStore() throws Exception {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static void write(final KeyStore store, final Path file, final char[] password) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password);
        }
    }
}
