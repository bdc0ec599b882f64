package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HotRouteTest {

    record Question(String key) {}

    private static TestListener listener;

    @BeforeAll
    static void start() {
        listener = listener();
    }

    private static TestListener listener() {
        return new TestListener(routes -> {
            routes.hot().post("/v1/keys/verify", request -> {
                var question = request.body(Question.class);
                return Future.succeededFuture(Response.ok(Map.of(question.key(), Context.isOnEventLoopThread())));
            });
            routes.get("/v1/keys/:id", request -> Response.ok(Map.of("id", request.path("id"))));
            routes.hot()
                    .post(
                            "/v1/rendered",
                            _ -> Future.succeededFuture(Response.json(200, Buffer.buffer("{\"valid\":true}"))));
            routes.hot().post("/v1/later", _ -> {
                Promise<Response> promise = Promise.promise();
                Thread.startVirtualThread(() -> promise.complete(Response.ok(Map.of("later", true))));
                return promise.future();
            });
            routes.hot().post("/v1/thrown", _ -> {
                throw new IllegalStateException("hunter2");
            });
            routes.hot().post("/v1/failed", _ -> Future.failedFuture(new IllegalStateException("hunter2")));
            routes.hot()
                    .post(
                            "/v1/failed-later",
                            _ -> Objects.requireNonNull(Vertx.currentContext())
                                    .executeBlocking(() -> {
                                        throw new IllegalStateException("hunter2");
                                    })
                                    .mapEmpty());
            routes.hot()
                    .post(
                            "/v1/unrenderable",
                            _ -> Future.succeededFuture(Response.ok(dev.shearline.token.Secret.of("hunter2"))));
        });
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    @Test
    void a_hot_handler_runs_on_the_event_loop_once_the_body_is_there() {
        assertThat(listener.post("/v1/keys/verify", "{\"key\":\"hot\"}").body()).isEqualTo("{\"hot\":true}");
    }

    @Test
    void a_body_in_pieces_is_put_together() {
        var response = listener.raw("""
                POST /v1/keys/verify HTTP/1.1
                Host: x
                Connection: close
                Transfer-Encoding: chunked

                7
                {"key":
                7
                "piece"
                1
                }
                0

                """.replace("\n", "\r\n"));
        assertThat(response).startsWith("HTTP/1.1 200 ").contains("{\"piece\":true}");
    }

    /** Between the head and the body there may be seconds, in which the node has lost touch. */
    @Test
    void a_gate_that_closes_while_the_body_is_on_its_way_is_closed_for_it() throws Exception {
        try (var gated = listener();
                var socket = new Socket(InetAddress.getLoopbackAddress(), gated.port())) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            send(socket, """
                    POST /v1/keys/verify HTTP/1.1
                    Host: x
                    Expect: 100-continue
                    Content-Length: 13

                    """);
            assertThat(in.readLine()).as("the head was taken").startsWith("HTTP/1.1 100 ");
            assertThat(in.readLine()).isEmpty();
            gated.closeGateFor(1_000);
            send(socket, "{\"key\":\"hot\"}");
            assertThat(in.readLine()).startsWith("HTTP/1.1 503 ");
            assertThat(gated.post("/v1/keys/verify", "{\"key\":\"hot\"}").statusCode())
                    .isEqualTo(503);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void other_methods_of_its_path_are_the_routers_business() {
        assertThat(listener.get("/v1/keys/verify").statusCode()).isEqualTo(405);
        assertThat(listener.get("/v1/keys/key_1").body()).isEqualTo("{\"id\":\"key_1\"}");
        assertThat(listener.post("/v1/keys/verify?x=1", "{\"key\":\"hot\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void an_answer_may_be_rendered_already_or_come_later() {
        var rendered = listener.post("/v1/rendered", "");
        assertThat(rendered.body()).isEqualTo("{\"valid\":true}");
        assertThat(rendered.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(rendered.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(listener.post("/v1/later", "").body()).isEqualTo("{\"later\":true}");
    }

    @Test
    void a_bad_body_is_a_problem() {
        assertThat(listener.code(listener.post("/v1/keys/verify", "{"))).isEqualTo("malformed_json");
        assertThat(listener.code(listener.post("/v1/keys/verify", "{\"key\":\"a\",\"keys\":1}")))
                .isEqualTo("unknown_field");
        assertThat(listener.code(listener.post("/v1/keys/verify", "{\"key\":1}")))
                .isEqualTo("invalid_field");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/thrown", "/v1/failed", "/v1/failed-later", "/v1/unrenderable"})
    void what_goes_wrong_is_answered_and_says_nothing(String path) {
        var response = listener.post(path, "");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("\"code\":\"internal\"").doesNotContain("hunter2");
    }

    @Test
    void a_hot_path_has_no_variables() {
        assertThatThrownBy(() -> new Routes().hot().get("/v1/keys/:id", _ -> Future.succeededFuture()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
