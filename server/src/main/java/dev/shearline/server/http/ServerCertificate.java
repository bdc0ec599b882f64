package dev.shearline.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;

/** A certificate with its chain and its private key, read from files and found to belong together. */
final class ServerCertificate {

    private static final int FILE_BYTES_MAX = 256 * 1024;
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
    private static final byte[] SPECIMEN = new byte[32];

    private final Pem pem;
    private final X509Certificate first;

    private ServerCertificate(Pem pem, X509Certificate first) {
        this.pem = pem;
        this.first = first;
    }

    /** Both files as they are. A class of its own and no record, so that nothing prints the key. */
    static final class Pem {

        private final Buffer certificates;
        private final Buffer key;

        private Pem(Buffer certificates, Buffer key) {
            this.certificates = certificates;
            this.key = key;
        }

        static Pem read(TlsFiles files) throws UnfitCertificateException {
            return new Pem(bytes(files.certificates()), bytes(files.key()));
        }

        private static Buffer bytes(Path file) throws UnfitCertificateException {
            try {
                if (Files.size(file) > FILE_BYTES_MAX) {
                    throw new UnfitCertificateException(file + " is larger than " + FILE_BYTES_MAX + " bytes");
                }
                return Buffer.buffer(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                throw new UnfitCertificateException(file + " does not exist");
            } catch (IOException e) {
                throw new UnfitCertificateException(
                        file + " cannot be read (" + e.getClass().getSimpleName() + ")");
            }
        }

        boolean isSameAs(Pem other) {
            return certificates.equals(other.certificates) && key.equals(other.key);
        }

        private PemKeyCertOptions options() {
            return new PemKeyCertOptions().addCertValue(certificates).addKeyValue(key);
        }
    }

    /** @param files named in a fault */
    static ServerCertificate of(Pem pem, TlsFiles files, Vertx vertx) throws UnfitCertificateException {
        var first = certificates(pem, files).getFirst();
        if (findPrivateKey(pem, first, vertx).filter(key -> isPair(first, key)).isEmpty()) {
            throw new UnfitCertificateException(files.key()
                    + " holds no private key, in PEM and without a password, of the certificate in "
                    + files.certificates());
        }
        return new ServerCertificate(pem, first);
    }

    private static List<X509Certificate> certificates(Pem pem, TlsFiles files) throws UnfitCertificateException {
        try {
            var found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.certificates.getBytes()))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            // said below
        }
        throw new UnfitCertificateException(files.certificates() + " holds no certificate in PEM");
    }

    private static Optional<PrivateKey> findPrivateKey(Pem pem, X509Certificate certificate, Vertx vertx) {
        try {
            var algorithm = certificate.getPublicKey().getAlgorithm();
            for (var manager : pem.options().getKeyManagerFactory(vertx).getKeyManagers()) {
                if (manager instanceof X509KeyManager keys) {
                    var names = keys.getServerAliases(algorithm, null);
                    if (names != null && names.length > 0) {
                        return Optional.of(keys.getPrivateKey(names[0]));
                    }
                }
            }
            return Optional.empty();
        } catch (Exception e) { // the library declares no narrower one; what it says might quote the file
            return Optional.empty();
        }
    }

    /** What the key signs, the certificate must confirm. */
    private static boolean isPair(X509Certificate certificate, PrivateKey key) {
        var algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(SPECIMEN);
            var signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(SPECIMEN);
            return signer.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    boolean isOf(Pem other) {
        return pem.isSameAs(other);
    }

    /** Of the listener when it starts. */
    HttpServerOptions on(HttpServerOptions options) {
        return options.setSsl(true)
                .setKeyCertOptions(pem.options())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslHandshakeTimeout(HttpLimits.HANDSHAKE_TIME_MAX.toSeconds())
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1));
    }

    /** For connections to come. */
    ServerSSLOptions options() {
        return new ServerSSLOptions()
                .setKeyCertOptions(pem.options())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setSslHandshakeTimeout(HttpLimits.HANDSHAKE_TIME_MAX.toSeconds())
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of(HttpVersion.HTTP_1_1.alpnName()));
    }

    @Override
    public String toString() {
        return first.getSubjectX500Principal() + ", number " + first.getSerialNumber() + ", valid until "
                + first.getNotAfter().toInstant();
    }
}
