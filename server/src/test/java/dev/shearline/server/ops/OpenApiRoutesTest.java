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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class OpenApiRoutesTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ApiServer server = server();

    private ApiServer server() {
        var routes = new Routes();
        new OpenApiRoutes().addTo(routes);
        var dispatcher = new Dispatcher(
                routes,
                Gate.OPEN,
                Authenticators.NOBODY,
                Entrance.OPEN,
                new KeyFormat(List.of("shl")),
                new Problems(List.of()),
                new Json(),
                new SimpleMeterRegistry(),
                RequestLog.NONE,
                new SecureRandom(),
                Downloads.ofNode());
        return new ApiServer(vertx, "127.0.0.1", 0, 1, dispatcher);
    }

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
        client.shutdownNow();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
        return client.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void the_document_is_served_as_json_to_anybody() throws Exception {
        var response = get("/openapi.json");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-cache");
        var document = JsonMapper.shared().readTree(response.body());
        assertThat(document).isEqualTo(OpenApiRoutes.read());
        assertThat(document.path("openapi").asString()).isEqualTo("3.1.0");
        assertThat(document.path("paths").has("/v1/keys/verify")).isTrue();
    }

    @Test
    void who_has_the_document_is_told_that_it_has_not_changed() throws Exception {
        var tag = get("/openapi.json").headers().firstValue("ETag").orElseThrow();
        assertThat(get("/openapi.json", "If-None-Match", tag).statusCode()).isEqualTo(304);
        assertThat(get("/openapi.json", "If-None-Match", tag).body()).isEmpty();
        assertThat(get("/openapi.json", "If-None-Match", "\"other\", W/" + tag).statusCode())
                .isEqualTo(304);
        assertThat(get("/openapi.json", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_parameter_that_it_does_not_know_is_refused() throws Exception {
        assertThat(get("/openapi.json?pretty=1").statusCode()).isEqualTo(422);
    }
}
