package dev.shearline.server.http;

import static dev.shearline.server.identity.Scope.KEYS_READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    private static TestListener listener;

    @BeforeAll
    static void start() {
        listener = new TestListener(
                routes -> {
                    routes.get("/v1/cold", request -> Response.ok(answer(request)));
                    routes.hot().get("/v1/hot", request -> Future.succeededFuture(Response.ok(answer(request))));
                    routes.get(
                            "/v1/open",
                            request -> Response.ok(Map.of(
                                    "from", request.remoteAddress().toString(),
                                    "agent", request.userAgent().orElse("none"),
                                    "id", request.requestId())));
                },
                TestListener.trustingLoopback(),
                java.util.List.of());
    }

    private static Map<String, String> answer(IncomingRequest request) {
        return Map.of("actor", request.require(KEYS_READ).id());
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer keys:read",
        "Authorization, bearer keys:*",
        "Authorization, BEARER  *",
        "X-API-Key, keys:read",
        "x-api-key, *"
    })
    void either_header_carries_a_credential(String header, String value) {
        for (var path : new String[] {"/v1/cold", "/v1/hot"}) {
            var response = listener.get(path, header, value);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(listener.json(response).path("actor").asString()).isEqualTo(TestListener.KEY.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cold", "/v1/hot"})
    void without_a_credential_the_answer_names_the_scheme_and_no_error(String path) {
        var response = listener.get(path);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"shearline\"");
        assertThat(listener.code(response)).isEqualTo("unauthenticated");
        assertThat(listener.get(path, "Authorization", "Basic eDp5").statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cold", "/v1/hot"})
    void a_credential_that_is_no_good_is_an_invalid_token(String path) {
        var response = listener.get(path, "X-API-Key", "revoked");
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"shearline\", error=\"invalid_token\"");
        assertThat(listener.json(response).path("detail").asString()).isEqualTo("The key is revoked.");
        var absurd = listener.get(path, "X-API-Key", "x".repeat(HttpLimits.CREDENTIAL_CHARACTERS_MAX + 1));
        assertThat(absurd.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cold", "/v1/hot"})
    void a_missing_scope_is_named(String path) {
        var response = listener.get(path, "X-API-Key", "keys:write");
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(listener.code(response)).isEqualTo("insufficient_scope");
        assertThat(listener.json(response).path("detail").asString()).contains("keys:read");
        assertThat(response.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"shearline\", error=\"insufficient_scope\", scope=\"keys:read\"");
    }

    @Test
    void two_credentials_must_be_the_same() {
        assertThat(listener.get("/v1/cold", "Authorization", "Bearer *", "X-API-Key", "*")
                        .statusCode())
                .isEqualTo(200);
        var response = listener.get("/v1/cold", "Authorization", "Bearer *", "X-API-Key", "keys:read");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(listener.code(response)).isEqualTo("malformed_request");
        assertThat(listener.get("/v1/cold", "X-API-Key", "*", "X-API-Key", "*").statusCode())
                .isEqualTo(400);
        // a proxy's own password beside a key
        assertThat(listener.get("/v1/cold", "Authorization", "Basic eDp5", "X-API-Key", "*")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.9, 203.0.113.9",
        "'198.51.100.1, 203.0.113.9', 203.0.113.9",
        "'203.0.113.9, 10.0.0.7', 203.0.113.9",
        "'203.0.113.9, 10.0.0.7, 10.0.0.8', 203.0.113.9",
        "'10.0.0.1, 10.0.0.2', 10.0.0.1",
        "'203.0.113.9, unknown, 10.0.0.7', 10.0.0.7",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1",
        "203.0.113.9:4711, 203.0.113.9",
        "'[2001:db8::1]:4711, 10.0.0.7:80', 2001:db8:0:0:0:0:0:1",
        "203.0.113.9:, 127.0.0.1",
        "'[2001:db8::1]:99999999', 127.0.0.1",
        "::ffff:203.0.113.9, 203.0.113.9",
        "'', 127.0.0.1"
    })
    void the_address_is_the_rightmost_that_no_trusted_proxy_has(String forwarded, String address) {
        assertThat(listener.json(listener.get("/v1/open", "X-Forwarded-For", forwarded))
                        .path("from")
                        .asString())
                .isEqualTo(address);
    }

    @Test
    void nobody_else_is_believed() {
        try (var direct = new TestListener(routes -> routes.get(
                "/v1/open",
                request ->
                        Response.ok(Map.of("from", request.remoteAddress().toString(), "id", request.requestId()))))) {
            var response = direct.get("/v1/open", "X-Forwarded-For", "203.0.113.9", "X-Request-Id", "trace-12345678");
            assertThat(direct.json(response).path("from").asString()).isEqualTo("127.0.0.1");
            assertThat(direct.json(response).path("id").asString()).startsWith("req_");
        }
    }

    @Test
    void a_request_id_is_taken_from_a_trusted_proxy_if_it_is_harmless() {
        var taken = listener.get("/v1/open", "X-Request-Id", "trace-12345678", "User-Agent", "curl/8");
        assertThat(taken.headers().firstValue("X-Request-Id")).contains("trace-12345678");
        assertThat(listener.json(taken).path("id").asString()).isEqualTo("trace-12345678");
        assertThat(listener.json(taken).path("agent").asString()).isEqualTo("curl/8");
        for (var harmful : new String[] {"short", "has a space in it", "x".repeat(65), "<script>alert</script>"}) {
            assertThat(listener.get("/v1/open", "X-Request-Id", harmful)
                            .headers()
                            .firstValue("X-Request-Id"))
                    .hasValueSatisfying(id -> assertThat(id).startsWith("req_"));
        }
    }
}
