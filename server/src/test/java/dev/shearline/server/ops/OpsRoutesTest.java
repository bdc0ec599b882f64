package dev.shearline.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.http.ApiServer;
import dev.shearline.server.http.Authenticators;
import dev.shearline.server.http.Dispatcher;
import dev.shearline.server.http.Downloads;
import dev.shearline.server.http.Entrance;
import dev.shearline.server.http.Gate;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.RequestLog;
import dev.shearline.server.http.Routes;
import dev.shearline.token.KeyFormat;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpsRoutesTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Metrics metrics = new Metrics();
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile Health database = new Health.Ready("PostgreSQL 18");
    private volatile boolean hanging;
    private final ApiServer server = server();

    private ApiServer server() {
        var checks = List.of(new HealthCheck("database", () -> database), new HealthCheck("feed", () -> {
            if (hanging) {
                awaitForever();
            }
            return new Health.Ready("lag 0");
        }));
        var routes = new Routes();
        new OpsRoutes(checks, metrics.registry()).addTo(routes);
        var dispatcher = new Dispatcher(
                routes,
                Gate.OPEN,
                Authenticators.NOBODY,
                Entrance.OPEN,
                new KeyFormat(List.of("shl")),
                new Problems(List.of()),
                new Json(),
                metrics.registry(),
                RequestLog.NONE,
                new SecureRandom(),
                Downloads.ofNode());
        return new ApiServer(vertx, "127.0.0.1", 0, 1, dispatcher);
    }

    private void awaitForever() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @BeforeEach
    void start() {
        metrics.start();
        server.start();
    }

    @AfterEach
    void stop() {
        never.countDown();
        server.stop();
        metrics.close();
        client.shutdownNow();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_node_is_ready_when_every_check_is() throws Exception {
        var response = get("/readyz");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .startsWith("{\"status\":\"ready\",\"checks\":{\"database\":{")
                .contains("\"detail\":\"PostgreSQL 18\"")
                .contains("\"feed\":{");
    }

    @Test
    void one_check_that_fails_throws_or_hangs_makes_it_not_ready_and_it_stays_alive() throws Exception {
        database = new Health.NotReady("cannot be reached");
        var failing = get("/readyz");
        assertThat(failing.statusCode()).isEqualTo(503);
        assertThat(failing.body()).startsWith("{\"status\":\"not_ready\"").contains("cannot be reached");

        database = new Health.Ready("PostgreSQL 18");
        hanging = true;
        var slow = get("/readyz");
        assertThat(slow.statusCode()).isEqualTo(503);
        assertThat(slow.body()).contains("no answer within 2000 ms");

        var live = get("/livez");
        assertThat(live.statusCode()).isEqualTo(200);
        assertThat(live.body()).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void metrics_are_prometheus_text_with_our_own_and_the_jvms() throws Exception {
        get("/livez");
        var response = get("/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body())
                .contains("jvm_memory_used_bytes")
                .containsPattern(
                        "shearline_http_requests_seconds_count\\{[^}]*route=\"/livez\"[^}]*status=\"2xx\"[^}]*} 1");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
