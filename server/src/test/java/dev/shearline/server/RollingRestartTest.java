package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.ProxyProcess;
import dev.shearline.server.testing.TestCertificate;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Three nodes behind nginx as the operator's guide puts it in front, each restarted while the others answer. */
class RollingRestartTest {

    private static final int NODES = 3;
    private static final int CALLERS = 8;
    private static final TestCertificate CERTIFICATE = TestCertificate.make("keys.example.com", "EC");

    @TempDir
    private Path directory;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void no_request_fails_no_verdict_is_wrong_and_what_was_revoked_stays_so() throws Exception {
        try (var cluster = Cluster.start(1, Map.of(Setting.TRUSTED_PROXIES, "127.0.0.1/32"));
                var nodes = new Nodes(cluster, directory);
                var nginx = ProxyProcess.ofTheGuide(directory, nodes.ports, CERTIFICATE);
                var client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(TestCertificate.trusting(CERTIFICATE))
                        .build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var acme = cluster.organization("acme");
            var verifier = cluster.issue(acme, "keys:verify").at("secret");
            var good = cluster.issue(acme, "sessions:read").at("secret");
            var revoked = cluster.issue(acme, "sessions:read");
            assertThat(cluster.api()
                            .post("/v1/keys/" + revoked.at("id") + "/revoke")
                            .expect(200)
                            .at("propagation/complete"))
                    .isEqualTo("true");
            for (int i = 0; i < CALLERS; i++) {
                boolean isGood = i % 2 == 0;
                var question = question(nginx, verifier, isGood ? good : revoked.at("secret"));
                threads.execute(() -> ask(client, question, isGood ? "allowed" : "revoked"));
            }
            try {
                for (int i = 0; i < NODES; i++) {
                    long before = asked.get();
                    nodes.restart(i);
                    Eventually.isTrue("callers go on", () -> asked.get() > before + CALLERS);
                }
            } finally {
                enough.set(true);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).hasValueGreaterThan(NODES * CALLERS);
    }

    private static HttpRequest question(ProxyProcess nginx, String verifier, String key) {
        return HttpRequest.newBuilder(nginx.uri("/v1/keys/verify"))
                .header("Authorization", "Bearer " + verifier)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"" + key + "\"}"))
                .build();
    }

    private void ask(HttpClient client, HttpRequest question, String expected) {
        while (!enough.get()) {
            try {
                var answer = client.send(question, HttpResponse.BodyHandlers.ofString());
                var code = answer.statusCode() == 200
                        ? JsonMapper.shared()
                                .readTree(answer.body())
                                .path("code")
                                .asString("")
                        : "";
                if (!code.equals(expected)) {
                    wrong.add(answer.statusCode() + " " + code + " instead of " + expected);
                }
                asked.incrementAndGet();
            } catch (IOException e) {
                wrong.add(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Each with a port and a directory that it keeps. */
    private static final class Nodes implements AutoCloseable {

        private final Cluster cluster;
        private final Path directory;
        private final List<Integer> ports = new ArrayList<>();
        private final List<Server> running = new ArrayList<>();

        Nodes(Cluster cluster, Path directory) {
            this.cluster = cluster;
            this.directory = directory;
            for (int i = 0; i < NODES; i++) {
                var node = started(i, 0);
                running.add(node);
                ports.add(node.port());
            }
        }

        private Server started(int i, int port) {
            var node = cluster.joinWith(Map.of(
                    Setting.LISTEN,
                    "127.0.0.1:" + port,
                    Setting.DATA_DIR,
                    directory.resolve("node-" + i).toString()));
            Eventually.isTrue("the node is ready", node::isReady);
            return node;
        }

        void restart(int i) {
            running.get(i).close();
            running.set(i, started(i, ports.get(i)));
        }

        @Override
        public void close() {
            running.forEach(Server::close);
        }
    }
}
