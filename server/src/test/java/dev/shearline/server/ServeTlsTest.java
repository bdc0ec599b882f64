package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeTlsTest {

    @TempDir
    Path directory;

    @Test
    void the_settings_make_a_node_serve_tls_under_its_names() throws Exception {
        var certificate = TestCertificate.make("keys.example.com", "EC");
        certificate.writeTo(directory.resolve("crt"), directory.resolve("key"));
        try (var cluster = Cluster.start(
                        1,
                        Map.of(
                                Setting.TLS_CERT_FILE,
                                directory.resolve("crt").toString(),
                                Setting.TLS_KEY_FILE,
                                directory.resolve("key").toString(),
                                Setting.PUBLIC_URL,
                                "https://keys.example.com"));
                var client = HttpClient.newBuilder()
                        .sslContext(TestCertificate.trusting(certificate))
                        .build()) {
            var base = URI.create("https://127.0.0.1:" + cluster.node(0).port());
            var request = HttpRequest.newBuilder(base.resolve("/v1/keys/self"))
                    .header("Authorization", "Bearer " + cluster.operator().reveal());
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            // offered HTTP/2, which no limit here was made for
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void a_node_without_a_certificate_that_will_do_does_not_start() throws Exception {
        var nothing = Files.writeString(directory.resolve("nothing"), "nothing").toString();
        assertThatThrownBy(
                        () -> Cluster.start(1, Map.of(Setting.TLS_CERT_FILE, nothing, Setting.TLS_KEY_FILE, nothing)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("TLS cannot be served: " + nothing + " holds no certificate in PEM.");
    }
}
