import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
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

/** PKCS #12 stores out of PEM files. */
final class KeyStores {
    private KeyStores() {}

    static void writeServer(final Path file, final char[] password, final Path certificates, final Path key)
            throws Exception {
        final Certificate[] chain = readCertificates(certificates).toArray(new Certificate[0]);
        final byte[] der =
                Base64.getMimeDecoder().decode(Files.readString(key).replaceAll("-----[^-]+-----", ""));
        final PrivateKey privateKey = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(der));
        final KeyStore store = emptyStore();
        store.setKeyEntry("server", privateKey, password, chain);
        write(store, file, password);
    }

    static void writeTrusted(final Path file, final char[] password, final Path certificates) throws Exception {
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
