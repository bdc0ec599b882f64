package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.Secret;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DispatchTest {

    record Wish(String name, Optional<Integer> count) {}

    private static TestListener listener;

    private static final class NoDatabase extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @BeforeAll
    static void start() {
        listener = new TestListener(
                DispatchTest::register,
                Entrance.OPEN,
                List.of(thrown -> thrown instanceof NoDatabase
                        ? Optional.of(Problem.of(ProblemCode.DATABASE_UNAVAILABLE, "Repeat it."))
                        : Optional.empty()));
    }

    private static void register(Routes routes) {
        routes.get("/v1/things", request -> {
            request.queryOnly("limit", "q");
            return Response.ok(Map.of("q", request.query("q").orElse("none")));
        });
        routes.post(
                "/v1/things",
                request -> Response.created(request.body(Wish.class)).withHeader("Location", "/x"));
        routes.get("/v1/things/self", _ -> Response.ok(Map.of("self", true)));
        routes.get("/v1/things/:id", request -> Response.ok(Map.of("id", request.path("id"))));
        routes.patch("/v1/things/:id", request -> Response.ok(request.bodyOrDefault(Wish.class, NOTHING)));
        routes.delete("/v1/things/:id", _ -> Response.noContent());
        routes.post(
                "/v1/things/:id/parts/:part",
                request -> Response.ok(Map.of("id", request.path("id"), "part", request.path("part"))));
        routes.get(
                "/thread",
                _ -> Response.ok(Map.of("virtual", Thread.currentThread().isVirtual())));
        routes.get("/broken", _ -> {
            throw new IllegalStateException("the password is hunter2");
        });
        routes.get("/error", _ -> {
            throw new StackOverflowError();
        });
        routes.get("/unrenderable", _ -> Response.ok(Map.of("x", Secret.of("hunter2"))));
        routes.get("/database", _ -> {
            throw new NoDatabase();
        });
    }

    private static final Wish NOTHING = new Wish("nothing", Optional.empty());

    @AfterAll
    static void stop() {
        listener.close();
    }

    @Test
    void a_route_answers_json_with_the_headers_of_an_api() {
        var response = listener.get("/v1/things?q=a%20b&limit=3");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"q\":\"a b\"}");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void a_blocking_handler_runs_on_a_virtual_thread() {
        assertThat(listener.get("/thread").body()).isEqualTo("{\"virtual\":true}");
    }

    @Test
    void a_body_is_a_record_and_an_absent_one_may_have_a_default() {
        var created = listener.post("/v1/things", "{\"name\":\"x\",\"count\":3}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains("/x");
        assertThat(created.body()).isEqualTo("{\"name\":\"x\",\"count\":3}");
        var patched =
                listener.send(listener.request("/v1/things/1").method("PATCH", HttpRequest.BodyPublishers.noBody()));
        assertThat(patched.body()).isEqualTo("{\"name\":\"nothing\",\"count\":null}");
    }

    @Test
    void no_content_has_no_body() {
        var response = listener.send(listener.request("/v1/things/1").DELETE());
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/things/self, '{\"self\":true}'",
        "/v1/things/selfish, '{\"id\":\"selfish\"}'",
        "/v1/things/ext:auth0%7Cx, '{\"id\":\"ext:auth0|x\"}'",
        "/v1/things/a%2Fb, '{\"id\":\"a/b\"}'",
        "/v1/things/a+b, '{\"id\":\"a+b\"}'",
        "/v1/things/%F0%9F%94%91, '{\"id\":\"🔑\"}'"
    })
    void a_segment_is_decoded_after_the_path_is_split(String path, String body) {
        assertThat(listener.get(path).body()).isEqualTo(body);
    }

    @Test
    void a_literal_segment_does_not_hide_what_lies_below_a_variable_one() {
        var response = listener.post("/v1/things/self/parts/7", "");
        assertThat(listener.json(response).path("id").asString()).isEqualTo("self");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/v1", "/v1/nothing", "/v1/things/", "/v1/things/1/parts", "//v1/things", "/v1/things/1/"})
    void an_unknown_path_is_a_problem(String path) {
        var response = listener.get(path);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        var problem = listener.json(response);
        assertThat(problem.path("code").asString()).isEqualTo("not_found");
        assertThat(problem.path("status").asInt()).isEqualTo(404);
        assertThat(problem.path("type").asString()).isEqualTo("/docs/problems#not_found");
        assertThat(problem.path("title").asString()).isNotBlank();
        assertThat(problem.path("detail").asString()).endsWith(".");
        assertThat(problem.path("request_id").asString())
                .isEqualTo(response.headers().firstValue("X-Request-Id").orElseThrow());
    }

    @Test
    void a_wrong_method_is_told_the_right_ones() {
        var response = listener.send(listener.request("/v1/things/1").PUT(HttpRequest.BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("DELETE, GET, HEAD, PATCH");
        assertThat(listener.code(response)).isEqualTo("method_not_allowed");
    }

    @Test
    void head_is_get_without_its_body() {
        var response = listener.send(listener.request("/v1/things/1").HEAD());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("Content-Length")).contains("10");
        assertThat(listener.get("/v1/things/1").body()).hasSize(10);
    }

    @Test
    void an_unknown_query_parameter_is_refused_by_name() {
        var response = listener.get("/v1/things?limits=3");
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(listener.code(response)).isEqualTo("unknown_parameter");
        assertThat(listener.json(response).path("field").asString()).isEqualTo("limits");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/things?q=%zz, 400, malformed_request",
        "/v1/things/%zz, 400, malformed_request",
        "/v1/things/%00, 400, malformed_request",
        "/v1/things?q=%0a, 400, malformed_request",
        "/v1/things?q=1&q=2, 422, invalid_parameter"
    })
    void a_url_that_cannot_be_read_is_refused(String path, int status, String code) {
        var response = listener.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 " + status + " ").contains("\"code\":\"" + code + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/broken", "/error", "/unrenderable"})
    void what_nobody_knows_says_nothing_but_the_request_id(String path) {
        var response = listener.get(path);
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(listener.code(response)).isEqualTo("internal");
        assertThat(response.body())
                .doesNotContain("hunter2")
                .doesNotContain("Exception")
                .doesNotContain("java");
        assertThat(listener.json(response).path("request_id").asString()).startsWith("req_");
    }

    @Test
    void what_a_mapper_knows_is_told() {
        var response = listener.get("/database");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(listener.code(response)).isEqualTo("database_unavailable");
    }

    @Test
    void routes_are_listed_and_never_doubled() {
        var routes = new Routes();
        register(routes);
        routes.hot().post("/v1/things/verify", _ -> io.vertx.core.Future.succeededFuture(Response.noContent()));
        routes.stream("/v1/changes", (_, _) -> {});
        assertThat(routes.list())
                .contains(
                        new Route("PATCH", "/v1/things/:id"),
                        new Route("POST", "/v1/things/verify"),
                        new Route("GET", "/v1/changes"));
        routes.get("/v1/changes", _ -> Response.noContent());
        org.assertj.core.api.Assertions.assertThatThrownBy(routes::table)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two routes");
    }

    @Test
    void a_node_that_is_not_fresh_answers_nothing_below_v1_and_oauth() {
        try (var stale = new TestListener(DispatchTest::register)) {
            stale.closeGateFor(1_200);
            for (var path : List.of("/v1/things", "/v1/nothing", "/oauth/nothing")) {
                var response = stale.get(path);
                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(response.headers().firstValue("Retry-After")).contains("2");
                assertThat(stale.code(response)).isEqualTo("unavailable");
                assertThat(stale.json(response).path("retry_after_ms").asInt()).isEqualTo(1_200);
            }
            assertThat(stale.post("/v1/things", "x".repeat(5_000)).statusCode()).isEqualTo(503);
            assertThat(stale.get("/thread").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_hot_handler_of_a_node_that_is_not_fresh_is_not_asked() {
        var asked = new AtomicInteger();
        try (var stale = new TestListener(routes -> routes.hot().post("/v1/things/verify", _ -> {
            asked.incrementAndGet();
            throw Problem.unauthenticated("The key is not known.").asException();
        }))) {
            assertThat(stale.post("/v1/things/verify", "{}").statusCode()).isEqualTo(401);
            stale.closeGateFor(1_200);
            assertThat(stale.post("/v1/things/verify", "{}").statusCode()).isEqualTo(503);
            assertThat(stale.post("/v1/things/verify", "x".repeat(HttpLimits.BODY_BYTES_MAX + 1))
                            .statusCode())
                    .isEqualTo(503);
            assertThat(stale.get("/v1/things/verify").statusCode()).isEqualTo(503);
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void requests_are_timed_by_route_and_status() {
        listener.get("/v1/things/timed");
        var timer = listener.registry()
                .get("shearline.http.requests")
                .tags("method", "GET", "route", "/v1/things/:id", "status", "2xx")
                .timer();
        assertThat(timer.count()).isPositive();
    }

    @Test
    void more_requests_than_there_are_places_for_are_told_to_come_back() throws InterruptedException {
        var entered = new CountDownLatch(HttpLimits.BLOCKING_REQUESTS_MAX);
        var leave = new CountDownLatch(1);
        try (var busy = new TestListener(routes -> routes.get("/v1/wait", _ -> {
            entered.countDown();
            awaitQuietly(leave);
            return Response.noContent();
        }))) {
            var answers = new ConcurrentLinkedQueue<Integer>();
            var waiting = new java.util.ArrayList<Thread>();
            for (int i = 0; i < HttpLimits.BLOCKING_REQUESTS_MAX; i++) {
                waiting.add(Thread.startVirtualThread(
                        () -> answers.add(busy.get("/v1/wait").statusCode())));
            }
            entered.await();
            var refused = busy.get("/v1/wait");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(busy.code(refused)).isEqualTo("overloaded");
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            leave.countDown();
            for (var thread : waiting) {
                thread.join();
            }
            assertThat(answers).hasSize(HttpLimits.BLOCKING_REQUESTS_MAX).containsOnly(204);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
