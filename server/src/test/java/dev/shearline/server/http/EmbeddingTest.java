package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.EmbedTerms;
import dev.shearline.server.identity.Forced;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.KeyMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

    private static final String PAGE = "https://app.example.com";

    private static void register(Routes routes) {
        routes.embedded().get("/v1/shown", _ -> Response.ok(Map.of("shown", true)));
        routes.post("/v1/shown", _ -> Response.noContent());
        routes.get("/v1/other", _ -> Response.ok(Map.of("shown", false)));
    }

    private static HttpResponse<String> preflight(TestListener listener, String path) {
        return listener.send(listener.request(path)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .headers("Origin", PAGE, "Access-Control-Request-Method", "GET"));
    }

    private static Optional<String> allowed(HttpResponse<String> answer) {
        return answer.headers().firstValue("Access-Control-Allow-Origin");
    }

    @Test
    void a_page_hears_also_that_a_node_cannot_answer_now() {
        try (var listener = new TestListener(EmbeddingTest::register)) {
            assertThat(allowed(listener.get("/v1/shown", "Origin", PAGE))).hasValue(PAGE);
            listener.closeGateFor(1_000);
            var closed = listener.get("/v1/shown", "Origin", PAGE);
            assertThat(closed.statusCode()).isEqualTo(503);
            assertThat(allowed(closed)).hasValue(PAGE);
            assertThat(preflight(listener, "/v1/shown").statusCode()).isEqualTo(204);
            assertThat(allowed(listener.get("/v1/other", "Origin", PAGE))).isEmpty();
        }
    }

    @Test
    void of_a_path_only_the_methods_for_pages_are_told() {
        try (var listener = new TestListener(EmbeddingTest::register)) {
            assertThat(preflight(listener, "/v1/shown").headers().firstValue("Access-Control-Allow-Methods"))
                    .hasValue("GET");
            assertThat(preflight(listener, "/v1/other").statusCode()).isEqualTo(405);
            assertThat(preflight(listener, "/v1/nothing").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void another_host_is_refused_before_a_browser_is_told_anything() {
        var entrance = TestListener.trustingLoopback(
                HostNames.of("0.0.0.0", "keys.example.com", List.of()), Transport.UNCHECKED);
        try (var listener = new TestListener(EmbeddingTest::register, entrance, List.of())) {
            var answer = listener.raw("OPTIONS /v1/shown HTTP/1.1\r\nHost: evil.example\r\nOrigin: " + PAGE
                    + "\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 421").doesNotContain("Allow-Methods");
        }
    }

    @Test
    void an_origin_that_comes_twice_is_none() {
        var terms = new EmbedTerms(
                "ems_0000000000000000",
                new OrganizationId("org_acme"),
                "team_web",
                false,
                ScopeSet.NONE,
                Forced.NOTHING,
                List.of(PAGE),
                Instant.EPOCH);
        var embed = new Actor.Embed(TestListener.KEY, terms, Rights.NONE, Rights.NONE, KeyMode.LIVE);
        assertThatCode(() -> Embedding.requireAllowed(embed, true, List.of(PAGE)))
                .doesNotThrowAnyException();
        assertThatCode(() -> Embedding.requireAllowed(embed, true, List.of())).doesNotThrowAnyException();
        assertThatThrownBy(() -> Embedding.requireAllowed(embed, true, List.of(PAGE, PAGE)))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> Embedding.requireAllowed(embed, false, List.of(PAGE)))
                .isInstanceOf(ProblemException.class);
    }
}
