package dev.shearline.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of this test's own for 127.0.0.1 and localhost, that signs itself, made by the JDK's keytool. */
public record TestCertificate(String certificatePem, String keyPem, X509Certificate certificate) {

    private static final String PASSWORD = "test-only";
    private static final String ALIAS = "server";
    private static final Path TOOL = Path.of(System.getProperty("java.home"), "bin", "keytool");

    /** @param algorithm {@code RSA} or {@code EC} */
    public static TestCertificate make(String name, String algorithm) {
        try (var directory = TemporaryDirectory.make("shearline-certificate")) {
            var store = directory.path().resolve("store.p12");
            run(store, name, algorithm);
            return read(store);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void run(Path store, String name, String algorithm) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        TOOL.toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException("keytool made no certificate");
        }
    }

    private static TestCertificate read(Path file) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        var certificate = (X509Certificate) store.getCertificate(ALIAS);
        var key = store.getKey(ALIAS, PASSWORD.toCharArray());
        return new TestCertificate(
                pem("CERTIFICATE", certificate.getEncoded()), pem("PRIVATE KEY", key.getEncoded()), certificate);
    }

    private static String pem(String what, byte[] bytes) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }

    /** Each file at one blow, as whoever renews certificates should do it. */
    public void writeTo(Path certificateFile, Path keyFile) {
        replace(certificateFile, certificatePem);
        replace(keyFile, keyPem);
    }

    private static void replace(Path file, String text) {
        try {
            var next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a client that trusts these and nobody else. */
    public static SSLContext trusting(TestCertificate... trusted) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (var one : trusted) {
                store.setCertificateEntry(one.certificate().getSerialNumber().toString(), one.certificate());
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key may not come out when an assertion fails. */
    @Override
    public String toString() {
        return certificate.getSubjectX500Principal().toString();
    }
}
