package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Eventually;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {

    private static TestListener listener;

    @BeforeAll
    static void start() {
        listener = new TestListener(routes -> {
            routes.post(
                    "/v1/cold",
                    request -> Response.ok(Map.of("size", request.body().length())));
            routes.hot()
                    .post(
                            "/v1/hot",
                            request -> Future.succeededFuture(
                                    Response.ok(Map.of("size", request.body().length()))));
            routes.post("/v1/json", request -> Response.ok(request.body(Map.class)));
            routes.postLarge(
                    "/v1/large",
                    request -> Response.ok(Map.of("size", request.body().length())));
            routes.get("/v1/get", _ -> Response.noContent());
        });
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cold", "/v1/hot"})
    void a_body_may_have_64_KiB_and_no_byte_more(String path) {
        var largest = listener.post(path, "x".repeat(HttpLimits.BODY_BYTES_MAX));
        assertThat(largest.body()).isEqualTo("{\"size\":65536}");

        var larger = listener.post(path, "x".repeat(HttpLimits.BODY_BYTES_MAX + 1));
        assertThat(larger.statusCode()).isEqualTo(413);
        assertThat(listener.code(larger)).isEqualTo("body_too_large");
    }

    @Test
    void where_many_things_come_at_once_a_body_may_have_1_MiB() {
        var largest = listener.post("/v1/large", "x".repeat(HttpLimits.LARGE_BODY_BYTES_MAX));
        assertThat(largest.body()).isEqualTo("{\"size\":1048576}");

        var larger = listener.post("/v1/large", "x".repeat(HttpLimits.LARGE_BODY_BYTES_MAX + 1));
        assertThat(larger.statusCode()).isEqualTo(413);
        assertThat(listener.json(larger).path("detail").asString()).contains("1048576");
        assertThat(listener.raw("POST /v1/large HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void few_long_bodies_arrive_at_the_same_time_and_short_ones_do_not_wait_for_them() throws Exception {
        var longBody = "x".repeat(HttpLimits.BODY_BYTES_MAX + 1);
        var senders = new ArrayList<Socket>();
        try {
            for (int i = 0; i < HttpLimits.LARGE_BODIES_MAX; i++) {
                var sender = new Socket(InetAddress.getLoopbackAddress(), listener.port());
                senders.add(sender);
                sender.getOutputStream()
                        .write(("POST /v1/large HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + longBody)
                                .getBytes(StandardCharsets.ISO_8859_1));
            }
            Eventually.isTrue(
                    "all places are taken",
                    () -> listener.code(listener.post("/v1/large", longBody)).equals("overloaded"));
            assertThat(listener.post("/v1/large", "x").statusCode()).isEqualTo(200);
        } finally {
            for (var sender : senders) {
                sender.close();
            }
        }
        Eventually.isTrue(
                "places are given back",
                () -> listener.post("/v1/large", longBody).statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cold", "/v1/hot"})
    void a_body_of_unknown_length_has_the_same_limit(String path) {
        var chunked = listener.request(path)
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[HttpLimits.BODY_BYTES_MAX + 1])));
        assertThat(listener.send(chunked).statusCode()).isEqualTo(413);
        var fitting = listener.request(path)
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(new byte[HttpLimits.BODY_BYTES_MAX])));
        assertThat(listener.send(fitting).body()).isEqualTo("{\"size\":65536}");
    }

    @Test
    void a_body_far_too_large_is_refused_before_it_is_sent() {
        var response =
                listener.raw("POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 4");
        var announced = listener.raw("POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n");
        assertThat(announced)
                .startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("connection: close")
                .contains("\"code\":\"body_too_large\"");
    }

    @Test
    void a_body_that_trickles_in_is_given_up() {
        assertThat(listener.raw("POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"))
                .startsWith("HTTP/1.1 408 ")
                .contains("\"code\":\"request_timeout\"");
    }

    @Test
    void a_longBodyurl_is_refused() {
        var slightly = listener.get("/v1/get?x=" + "y".repeat(HttpLimits.URL_BYTES_MAX));
        assertThat(slightly.statusCode()).isEqualTo(414);
        assertThat(listener.code(slightly)).isEqualTo("uri_too_long");
        var absurdly = listener.raw("GET /" + "y".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        // its version was never read
        assertThat(absurdly).startsWith("HTTP/1.0 414 ").contains("\"code\":\"uri_too_long\"");
    }

    @Test
    void large_headers_are_refused() {
        var response = listener.raw("GET /v1/get HTTP/1.1\r\nHost: x\r\nX-Much: " + "y".repeat(17 * 1024) + "\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 431 ").contains("\"code\":\"headers_too_large\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOT HTTP AT ALL\r\n\r\n",
                "GET /v1/get HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
                "POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/cold HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n"
            })
    void what_is_not_http_is_refused_and_the_connection_closed(String bytes) {
        assertThat(listener.raw(bytes))
                .containsPattern("^HTTP/1.[01] 400 ")
                .contains("application/problem+json")
                .contains("\"code\":\"malformed_request\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"many\r\n{}", "-1\r\n{}", "2\r\n{}{}\r\n0\r\n\r\n", "2\r\n{}\r\nmany\r\n"})
    void chunks_that_cannot_be_read_are_refused_and_the_connection_closed(String chunks) {
        var response = listener.raw("POST /v1/cold HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
        assertThat(response)
                .startsWith("HTTP/1.1 400 ")
                .containsIgnoringCase("connection: close")
                .contains("\"code\":\"malformed_request\"")
                .contains("chunk");
    }

    @Test
    void a_body_that_is_said_to_be_of_two_types_is_of_none() {
        var response = listener.raw("""
                POST /v1/json HTTP/1.1
                Host: x
                Connection: close
                Content-Type: application/json
                Content-Type: text/plain
                Content-Length: 2

                {}""".replace("\n", "\r\n"));
        assertThat(response)
                .startsWith("HTTP/1.1 400 ")
                .contains("\"code\":\"malformed_request\"")
                .contains("Content-Type came twice");
    }

    @Test
    void other_forms_of_target_name_nothing() {
        assertThat(listener.raw("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(listener.raw("GET /v1/../v1/get HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    void a_connection_serves_many_requests_and_survives_problems() {
        var requests = """
                POST /v1/json HTTP/1.1
                Host: x
                Content-Length: 1

                {GET /v1/nothing HTTP/1.1
                Host: x

                POST /v1/cold HTTP/1.1
                Host: x
                Connection: close
                Content-Length: 2

                {}""";
        var response = listener.raw(requests.replace("\n", "\r\n"));
        assertThat(response).contains("HTTP/1.1 400 ", "HTTP/1.1 404 ", "HTTP/1.1 200 ", "{\"size\":2}");
    }

    @Test
    void a_plain_http_2_upgrade_is_ignored() {
        var request = """
                GET /v1/get HTTP/1.1
                Host: x
                Connection: Upgrade, HTTP2-Settings
                Upgrade: h2c
                HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA

                GET /v1/get HTTP/1.1
                Host: x
                Connection: close

                """;
        var response = listener.raw(request.replace("\n", "\r\n"));
        assertThat(response).startsWith("HTTP/1.1 204 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "json"})
    void a_body_of_another_type_is_refused(String type) {
        var response = listener.post("/v1/json", "{}", "Content-Type", type);
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(listener.code(response)).isEqualTo("unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/json;charset=UTF-8", "Application/JSON; charset=\"utf-8\""})
    void json_has_many_spellings(String type) {
        assertThat(listener.post("/v1/json", "{}", "Content-Type", type).statusCode())
                .isEqualTo(200);
    }

    @Test
    void no_type_passes_for_json_and_a_compressed_body_does_not() {
        assertThat(listener.post("/v1/json", "{}", "X-Nothing", "1").statusCode())
                .isEqualTo(200);
        assertThat(listener.post("/v1/json", "{}", "Content-Encoding", "gzip").statusCode())
                .isEqualTo(415);
    }
}
