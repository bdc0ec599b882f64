package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Eventually;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestLogTest {

    private static final String CANARY = "canary" + "Vx3Kq9Rt";

    @Test
    void a_line_says_who_asked_for_what_and_what_came_of_it() {
        try (var listener = listener();
                var log = CapturedLog.of(RequestLog.LOGGER)) {
            listener.get("/v1/things/42", "Authorization", "Bearer keys:read");
            listener.get("/v1/broken");
            listener.get("/elsewhere");
            var lines = awaitLines(log, 3);

            var found = pairs(lines.getFirst());
            assertThat(found)
                    .containsEntry("method", "GET")
                    .containsEntry("route", "/v1/things/:id")
                    .containsEntry("status", 200)
                    .containsEntry("client", "127.0.0.1")
                    .containsEntry("actor_kind", "operator")
                    .containsEntry("actor", TestListener.KEY.toString())
                    .containsEntry("bytes", 10L)
                    .containsKeys("request_id", "ms")
                    .hasSize(9);
            assertThat(lines.getFirst().getFormattedMessage()).isEqualTo("GET /v1/things/:id 200");
            assertThat(lines.get(1).getLevel()).isEqualTo(Level.WARN);
            assertThat(pairs(lines.get(1))).containsEntry("status", 500).doesNotContainKey("actor");
            assertThat(pairs(lines.get(2))).containsEntry("route", "-").containsEntry("status", 404);
        }
    }

    @Test
    void nothing_of_what_the_caller_wrote_is_in_a_line() {
        try (var listener = listener();
                var log = CapturedLog.of(RequestLog.LOGGER)) {
            listener.get("/v1/things/" + CANARY + "?q=" + CANARY, "Authorization", "Bearer " + CANARY);
            listener.get("/" + CANARY, "User-Agent", CANARY, "X-Request-Id", CANARY, "X-Forwarded-For", CANARY);
            listener.post("/v1/things", "{\"name\":\"" + CANARY + "\"}");
            listener.raw(CANARY + " /v1/things/1 HTTP/1.1\r\nHost: " + CANARY + "\r\nConnection: close\r\n\r\n");
            listener.raw("GET /" + CANARY + " HTTP/9.9\r\n\r\n");
            // the last is refused before it is a request
            var lines = awaitLines(log, 4);

            assertThat(lines).allSatisfy(line -> {
                assertThat(line.getFormattedMessage()).doesNotContain(CANARY);
                assertThat(line.getKeyValuePairs().toString()).doesNotContain(CANARY);
                assertThat(line.getThrowableProxy()).isNull();
            });
        }
    }

    @Test
    void a_stream_has_its_line_when_it_ends() throws Exception {
        var open = new java.util.concurrent.LinkedBlockingQueue<EventStream>();
        try (var listener = new TestListener(routes -> routes.stream("/v1/stream", (_, stream) -> open.add(stream)));
                var log = CapturedLog.of(RequestLog.LOGGER)) {
            var client = listener.client()
                    .sendAsync(
                            listener.request("/v1/stream").build(), java.net.http.HttpResponse.BodyHandlers.ofString());
            var stream = open.take();
            assertThat(log.events()).isEmpty();
            stream.close();
            client.get();
            assertThat(pairs(awaitLines(log, 1).getFirst())).containsEntry("route", "/v1/stream");
            assertThat(log.events()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OFF, false, 500, false",
        "FAILURES, false, 200, false",
        "FAILURES, true, 401, true",
        "MANAGEMENT, false, 200, true",
        "MANAGEMENT, true, 200, false",
        "MANAGEMENT, true, 503, true",
        "ALL, true, 200, true"
    })
    void the_setting_says_which_requests_have_a_line(RequestLines lines, boolean hot, int status, boolean written) {
        assertThat(lines.include(hot, status)).isEqualTo(written);
    }

    private static TestListener listener() {
        return new TestListener(routes -> {
            routes.get("/v1/things/:id", request -> {
                request.require(Scope.KEYS_READ);
                return Response.ok(Map.of("a", 1234));
            });
            routes.post("/v1/things", request -> Response.ok(request.body(Map.class)));
            routes.get("/v1/broken", _ -> {
                throw new IllegalStateException("broken");
            });
        });
    }

    private static List<ILoggingEvent> awaitLines(CapturedLog log, int count) {
        Eventually.isTrue(count + " lines", () -> log.events().size() >= count);
        return log.events();
    }

    private static Map<String, Object> pairs(ILoggingEvent line) {
        var pairs = new TreeMap<String, Object>();
        line.getKeyValuePairs().forEach(pair -> pairs.put(pair.key, pair.value));
        return pairs;
    }
}
