package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class TlsTest {

    private static TestCertificate old;
    private static TestCertificate renewed;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeCertificates() {
        old = TestCertificate.make("old", "RSA");
        renewed = TestCertificate.make("renewed", "EC");
    }

    private TlsFiles files() {
        return new TlsFiles(directory.resolve("tls.crt"), directory.resolve("tls.key"));
    }

    private void put(TestCertificate certificate) {
        certificate.writeTo(files().certificates(), files().key());
    }

    private TestListener listener() throws Exception {
        return TestListener.speakingTls(routes -> routes.get("/v1/x", _ -> Response.noContent()), files());
    }

    @Test
    void a_changed_certificate_is_served_to_new_connections_while_old_ones_go_on() throws Exception {
        put(old);
        try (var listener = listener();
                var standing = connect(listener, "TLSv1.3")) {
            assertThat(ask(standing)).isEqualTo("HTTP/1.1 204 No Content");
            assertThat(served(listener)).containsExactly("CN=old");
            put(renewed);
            // all event loops, however many connections there are
            Eventually.isTrue("the new one is served", () -> served(listener).equals(Set.of("CN=renewed")));
            assertThat(ask(standing)).isEqualTo("HTTP/1.1 204 No Content");
        }
    }

    @Test
    void a_broken_file_keeps_the_old_certificate_until_it_is_whole() throws Exception {
        put(old);
        try (var listener = listener();
                var log = CapturedLog.of(CertificateWatch.class)) {
            Files.writeString(files().key(), "-----BEGIN PRIVATE KEY-----\nhalf\n");
            log.await("tls.key holds no private key, in PEM and without a password, of the certificate in "
                    + files().certificates());
            Files.writeString(files().key(), renewed.keyPem());
            Files.delete(files().certificates());
            log.await("tls.crt does not exist");
            assertThat(served(listener)).containsExactly("CN=old");
            assertThat(log.lines()).noneMatch(line -> line.contains("half"));
            Files.writeString(files().certificates(), renewed.certificatePem());
            Eventually.isTrue("the new one is served", () -> served(listener).equals(Set.of("CN=renewed")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void these_protocols_are_spoken(String protocol) throws Exception {
        put(renewed);
        try (var listener = listener();
                var socket = connect(listener, protocol)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            assertThat(ask(socket)).isEqualTo("HTTP/1.1 204 No Content");
        }
    }

    @Test
    void nobody_is_answered_without_tls() throws Exception {
        put(renewed);
        try (var listener = listener();
                var plain = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            plain.getOutputStream().write("GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void a_server_does_not_start_with_a_certificate_that_will_not_do() throws IOException {
        assertThatThrownBy(this::listener)
                .isInstanceOf(UnfitCertificateException.class)
                .hasMessage(files().certificates() + " does not exist");
        old.writeTo(files().certificates(), files().key());
        Files.writeString(files().key(), renewed.keyPem());
        assertThatThrownBy(this::listener)
                .isInstanceOf(UnfitCertificateException.class)
                .hasMessageEndingWith(
                        "tls.key holds no private key, in PEM and without a password, of the certificate in "
                                + files().certificates());
        Files.writeString(files().certificates(), "nothing");
        assertThatThrownBy(this::listener)
                .isInstanceOf(UnfitCertificateException.class)
                .hasMessageEndingWith("tls.crt holds no certificate in PEM");
    }

    /** The subjects of the certificates that several new connections are shown. */
    private static Set<String> served(TestListener listener) {
        var names = new HashSet<String>();
        for (int i = 0; i < 8; i++) {
            try (var socket = connect(listener, "TLSv1.3")) {
                names.add(socket.getSession().getPeerPrincipal().toString());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return names;
    }

    private static SSLSocket connect(TestListener listener, String protocol) throws IOException {
        var factory = TestCertificate.trusting(old, renewed).getSocketFactory();
        var socket = (SSLSocket) factory.createSocket(InetAddress.getLoopbackAddress(), listener.port());
        socket.setEnabledProtocols(new String[] {protocol});
        try {
            socket.startHandshake();
        } catch (SSLException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /** The status line of an answer without a body. */
    private static String ask(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        var status = answer.readLine();
        for (var line = answer.readLine(); line != null && !line.isEmpty(); line = answer.readLine()) {
            assertThat(line).contains(":");
        }
        return status;
    }
}
