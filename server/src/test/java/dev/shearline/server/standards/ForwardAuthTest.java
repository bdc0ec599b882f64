package dev.shearline.server.standards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy asks and is told, request by request. The proxy is this machine, and declared. */
class ForwardAuthTest {

    private static final String PATH = "/v1/forward-auth";

    private static Cluster cluster;
    private static String acme;
    private static String verifier;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1, Map.of(Setting.TRUSTED_PROXIES, "127.0.0.1/32,10.0.0.0/8"));
        acme = cluster.organization("acme");
        verifier = cluster.issue(acme, "keys:verify").at("secret");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer issue(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "name", "test", "organization", acme, "scopes", List.of("sessions:read")));
        body.putAll(more);
        return cluster.api().post("/v1/keys", body).expect(201);
    }

    private static Api.Answer ask(String key, String query, Map<String, String> headers) {
        var all = new HashMap<>(Map.of(ForwardAuthRoutes.VERIFIER_KEY, verifier));
        all.putAll(headers);
        return cluster.api().as(key).get(PATH + query, all);
    }

    private static Api.Answer ask(Api.Answer key, String query) {
        return ask(key.at("secret"), query, Map.of());
    }

    private static String header(Api.Answer answer, String name) {
        return answer.raw().headers().firstValue(name).orElse("");
    }

    @Test
    void a_good_key_is_let_in_with_its_identity() {
        var key = issue(Map.of("scopes", List.of("sessions:read", "audit:read")));
        var answer = ask(key, "?scope=sessions:read%20audit:read&mode=live&unit=ext:acme&route=GET%20/reports");
        assertThat(answer.expect(204).raw().body()).isEmpty();
        assertThat(header(answer, "X-Shearline-Key-Id")).isEqualTo(key.at("id"));
        assertThat(header(answer, "X-Shearline-Key-Type")).isEqualTo("team");
        assertThat(header(answer, "X-Shearline-Mode")).isEqualTo("live");
        assertThat(header(answer, "X-Shearline-Owner-Type")).isEqualTo("organization");
        assertThat(header(answer, "X-Shearline-Owner-Id")).isEqualTo(acme);
        assertThat(header(answer, "X-Shearline-Owner-External-Id")).isEqualTo("acme");
        assertThat(header(answer, "X-Shearline-Organization-Id")).isEqualTo(acme);
        assertThat(header(answer, "X-Shearline-Organization-External-Id")).isEqualTo("acme");
        assertThat(header(answer, "X-Shearline-Scopes")).isEqualTo("audit:read sessions:read");
        assertThat(answer.raw().headers().map().keySet().stream()
                        .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("x-shearline-"))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(IdentityHeaders.NAMES.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void it_may_come_as_x_api_key_beside_a_password_of_somebody_elses() {
        var key = issue(Map.of()).at("secret");
        var headers = Map.of("X-API-Key", key, "Authorization", "Basic dXNlcjpwYXNz");
        ask("", "", headers).expect(204);
        assertThat(ask("", "", Map.of("X-API-Key", key, "Authorization", "Bearer other"))
                        .expect(400)
                        .code())
                .isEqualTo("malformed_request");
    }

    @Test
    void an_external_id_that_is_no_ascii_is_percent_encoded() {
        cluster.api()
                .put("/v1/organizations/ext:Zo%C3%AB%20100%25%2C%F0%9F%94%91", Map.of("name", "Zoë"))
                .expect(201);
        var key = issue(Map.of("organization", "ext:Zoë 100%,🔑"));
        var operator = Map.of(ForwardAuthRoutes.VERIFIER_KEY, cluster.operator().reveal());
        var answer = ask(key.at("secret"), "", operator).expect(204);
        assertThat(header(answer, "X-Shearline-Organization-External-Id")).isEqualTo("Zo%C3%AB 100%25,%F0%9F%94%91");
    }

    @Test
    void without_a_key_the_answer_names_the_scheme_and_no_error() {
        var answer = ask("", "", Map.of()).expect(401);
        assertThat(header(answer, "WWW-Authenticate")).isEqualTo("Bearer realm=\"shearline\"");
        assertThat(header(
                        ask("", "", Map.of("Authorization", "Basic dXNlcjpwYXNz"))
                                .expect(401),
                        "WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"shearline\"");
    }

    @Test
    void a_key_that_is_no_good_is_an_invalid_token_and_a_foreign_one_was_never_issued() {
        var revoked = issue(Map.of());
        cluster.api().post("/v1/keys/" + revoked.at("id") + "/revoke").expect(200);
        assertRefused(ask(revoked, ""), 401, "revoked");
        assertRefused(ask(issue(Map.of("mode", "test")), ""), 401, "wrong_mode");
        assertRefused(ask("x".repeat(3_000), "", Map.of()), 401, "malformed");
        var foreign = cluster.issue(cluster.organization("other"), "*");
        assertRefused(ask(foreign, ""), 401, "not_found");
        assertThat(ask(foreign, "").json().path("detail"))
                .isEqualTo(ask("nothing", "", Map.of()).json().path("detail"));
    }

    private static void assertRefused(Api.Answer answer, int status, String reason) {
        assertThat(answer.expect(status).at("reason")).isEqualTo(reason);
        if (status == 401) {
            assertThat(header(answer, "WWW-Authenticate"))
                    .isEqualTo("Bearer realm=\"shearline\", error=\"invalid_token\"");
        }
        assertThat(answer.raw().headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-shearline"));
    }

    @Test
    void scopes_that_are_missing_are_named_all_together() {
        var answer = ask(issue(Map.of()), "?scope=sessions:read+audit:read");
        assertRefused(answer, 403, "insufficient_scope");
        assertThat(answer.code()).isEqualTo("insufficient_scope");
        assertThat(header(answer, "WWW-Authenticate"))
                .isEqualTo(
                        "Bearer realm=\"shearline\", error=\"insufficient_scope\", scope=\"audit:read sessions:read\"");
    }

    @Test
    void a_key_for_elsewhere_or_something_else_is_forbidden() {
        assertRefused(ask(issue(Map.of()), "?unit=ext:nowhere"), 403, "outside_boundary");
        var limited = issue(Map.of("resources", List.of("project/1")));
        assertRefused(ask(limited, "?resource=project/2"), 403, "outside_resources");
        assertRefused(ask(limited, ""), 403, "outside_resources");
        ask(limited, "?resource=project/1").expect(204);
    }

    @Test
    void limits_answer_429_and_say_when_to_come_back() {
        var key = issue(Map.of("rate_limits", List.of(Map.of("amount", 3, "per", "month"))));
        var first = ask(key, "?cost=3").expect(204);
        assertThat(header(first, "RateLimit-Policy")).isEqualTo("\"key-month\";q=3;w=2592000");
        assertThat(header(first, "RateLimit")).startsWith("\"key-month\";r=0;t=");
        var refused = ask(key, "");
        assertRefused(refused, 429, "rate_limited");
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(Long.parseLong(header(refused, "Retry-After"))).isBetween(863_000L, 864_000L);
        assertThat(header(refused, "RateLimit")).startsWith("\"key-month\";r=0;t=");
        var quota = issue(Map.of("quota", Map.of("amount", 1, "refill", "none")));
        ask(quota, "").expect(204);
        var exhausted = ask(quota, "");
        assertRefused(exhausted, 429, "quota_exhausted");
        assertThat(header(exhausted, "Retry-After")).isEmpty();
    }

    @Test
    void a_single_use_token_comes_in_once_and_only_where_it_is_spent() {
        var token = issue(Map.of("type", "ephemeral"));
        assertThat(ask(token, "").expect(401).at("detail")).contains("single-use");
        ask(token, "?spend=false").expect(401);
        assertThat(header(ask(token, "?spend=true").expect(204), "X-Shearline-Key-Type"))
                .isEqualTo("ephemeral");
        assertRefused(ask(token, "?spend=true"), 401, "already_used");
        ask(token, "").expect(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // X-Forwarded-For                        | of a key that is bound to 203.0.113.0/24 and 2001:db8::/32
                "203.0.113.7                              | 204",
                "203.0.113.7, 10.0.0.2                    | 204",
                "198.51.100.1, 203.0.113.7, 10.0.0.2      | 204",
                "203.0.113.7:4711                         | 204",
                "::ffff:203.0.113.7                       | 204",
                "2001:db8::1                              | 204",
                "[2001:db8::1]                            | 204",
                "[2001:db8::1]:4711                       | 204",
                "203.0.113.7, 198.51.100.1                | 403",
                "203.0.113.7, 198.51.100.1, 10.0.0.2      | 403",
                "203.0.113.7, unknown, 10.0.0.2           | 403",
                "203.0.113.7, _hidden                     | 403",
                "203.0.113.7,                             | 403",
                "203.0.113.7 10.0.0.2                     | 403",
                "203.0.113.7:port                         | 403",
                "203.0.113.7:4711:4711                    | 403",
                "[203.0.113.7                             | 403",
                "[2001:db8::1]4711                        | 403",
                "2001:db8::1%eth0                         | 403",
                "0203.0.113.7                             | 403",
                "10.0.0.2                                 | 403"
            })
    void the_clients_address_is_what_the_last_proxy_says_that_is_no_proxy(String forwarded, int status) {
        var key = bound().at("secret");
        ask(key, "", forwardedFor(forwarded)).expect(status);
    }

    private static Api.Answer bound() {
        return issue(Map.of("cidrs", List.of("203.0.113.0/24", "2001:db8::/32")));
    }

    private static Map<String, String> forwardedFor(String addresses) {
        return Map.of("X-Forwarded-For", addresses, "X-Forwarded-Proto", "https");
    }

    @Test
    void a_header_of_several_lines_is_read_from_the_last_one() {
        var key = bound().at("secret");
        var inFront = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 198.51.100.1\r\n";
        var behind = "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.2\r\n";
        var verifying = ForwardAuthRoutes.VERIFIER_KEY + ": " + verifier + "\r\n";
        assertThat(raw(key, verifying + inFront)).startsWith("HTTP/1.1 403 ");
        assertThat(raw(key, verifying + behind)).startsWith("HTTP/1.1 204 ");
    }

    @Test
    void nothing_else_says_where_the_client_is() {
        var key = bound().at("secret");
        for (var header : List.of("Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")) {
            var value = header.equals("Forwarded") ? "for=203.0.113.7;proto=https" : "203.0.113.7";
            assertRefused(ask(key, "", Map.of(header, value)), 403, "address_not_allowed");
        }
    }

    @Test
    void of_a_proxy_that_is_not_declared_nothing_is_believed_and_its_own_address_is_no_clients() {
        try (var node = cluster.joinWith(Map.of(Setting.TRUSTED_PROXIES, ""))) {
            Eventually.isTrue("the node is ready", node::isReady);
            var elsewhere = new Api(Cluster.uri(node), dev.shearline.token.Secret.of(""));
            for (var block : List.of("203.0.113.0/24", "127.0.0.0/8")) {
                var key = issue(Map.of("cidrs", List.of(block))).at("secret");
                var answer = elsewhere
                        .as(key)
                        .get(PATH, Map.of(ForwardAuthRoutes.VERIFIER_KEY, verifier, "X-Forwarded-For", "203.0.113.7"));
                assertRefused(answer, 403, "address_not_allowed");
            }
        }
    }

    @Test
    void a_proxy_that_does_not_say_who_it_is_gets_no_answer_and_the_client_is_not_blamed() {
        var key = issue(Map.of()).at("secret");
        var narrow = issue(Map.of()).at("secret");
        for (var wrong : List.of("", "nothing", "Bearer " + verifier, "x".repeat(3_000))) {
            assertVerifierRefused(key, wrong, 401);
        }
        assertVerifierRefused(key, narrow, 403);
        var none = cluster.api().as(key).get(PATH).expect(401);
        assertThat(none.at("detail")).contains(ForwardAuthRoutes.VERIFIER_KEY);
        var twice = (ForwardAuthRoutes.VERIFIER_KEY + ": " + verifier + "\r\n").repeat(2);
        assertThat(raw(key, twice)).startsWith("HTTP/1.1 400 ");
    }

    private static void assertVerifierRefused(String key, String wrong, int status) {
        var answer = ask(key, "", Map.of(ForwardAuthRoutes.VERIFIER_KEY, wrong)).expect(status);
        assertThat(header(answer, "WWW-Authenticate")).isEqualTo("Bearer realm=\"shearline-verifier\"");
        assertThat(answer.at("detail")).contains(ForwardAuthRoutes.VERIFIER_KEY);
    }

    @Test
    void a_client_that_brings_a_verifier_of_its_own_gets_no_further_than_that() {
        var other = cluster.organization("mallory");
        var theirs = cluster.issue(other, "keys:verify").at("secret");
        var ours = issue(Map.of()).at("secret");
        assertRefused(ask(ours, "", Map.of(ForwardAuthRoutes.VERIFIER_KEY, theirs)), 401, "not_found");
    }

    @Test
    void the_proxys_key_is_held_to_the_address_of_the_proxy_and_not_of_its_client() {
        var key = issue(Map.of()).at("secret");
        var there = verifierBoundTo("127.0.0.1/32");
        var elsewhere = verifierBoundTo("203.0.113.0/24");
        var headers = new HashMap<>(forwardedFor("203.0.113.7"));
        headers.put(ForwardAuthRoutes.VERIFIER_KEY, there);
        ask(key, "", headers).expect(204);
        headers.put(ForwardAuthRoutes.VERIFIER_KEY, elsewhere);
        ask(key, "", headers).expect(401);
    }

    private static String verifierBoundTo(String block) {
        return issue(Map.of("scopes", List.of("keys:verify"), "cidrs", List.of(block)))
                .at("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?scopes=a:b",
                "?scope=no",
                "?scope=a:b%20%20c:d",
                "?unit=",
                "?resource=x",
                "?mode=",
                "?cost=0",
                "?spend=yes",
                "?route=",
                "?scope=a:b&scope=c:d"
            })
    void terms_that_are_mistyped_let_nobody_in(String query) {
        var answer = ask(issue(Map.of()), query).expect(422);
        assertThat(answer.code()).isIn("invalid_parameter", "unknown_parameter");
        assertThat(answer.at("field")).isNotEmpty();
    }

    @Test
    void it_is_asked_by_get_alone() {
        assertThat(cluster.api().post(PATH).expect(405).code()).isEqualTo("method_not_allowed");
    }

    /** What Traefik sends: a GET with the headers of the request, these five put in, and whatever its operator has set. */
    @Test
    void traefik_asks_in_its_own_way() {
        var key = bound().at("secret");
        var headers = Map.of(
                "X-Forwarded-Method", "DELETE",
                "X-Forwarded-Proto", "https",
                "X-Forwarded-Host", "api.example.com",
                "X-Forwarded-Uri", "/reports/7?key=%00",
                "X-Forwarded-For", "203.0.113.7",
                "X-Forwarded-Port", "443",
                "X-Shearline-Key-Id", "key_000000000000");
        var answer = ask(key, "?scope=sessions:read", headers).expect(204);
        assertThat(header(answer, "X-Shearline-Key-Id")).isNotEqualTo("key_000000000000");
        var inTheClear = new HashMap<>(headers);
        inTheClear.put("X-Forwarded-Proto", "http");
        assertThat(ask(key, "?scope=sessions:read", inTheClear).expect(403).code())
                .isEqualTo("https_required");
    }

    @Test
    void uses_are_counted_and_noted_like_those_that_are_asked_about_elsewhere() {
        var key = issue(Map.of());
        var headers = new HashMap<>(forwardedFor("203.0.113.7"));
        headers.put("User-Agent", "importer/2");
        ask(key.at("secret"), "?route=GET%20/reports", headers).expect(204);
        ask(key.at("secret"), "?scope=audit:read", headers).expect(403);
        var path = "/v1/keys/" + key.at("id");
        Eventually.isTrue(
                "both are counted",
                () -> cluster.api()
                        .get(path + "/usage")
                        .json()
                        .path("total")
                        .toString()
                        .contains("\"insufficient_scope\":1"));
        Eventually.isTrue("the caller is noted", () -> {
            var callers = cluster.api().get(path + "/callers").raw().body();
            return callers.contains("203.0.113.7")
                    && callers.contains("GET /reports")
                    && callers.contains("importer/2");
        });
    }

    /** Header lines as they are. */
    private static String raw(String key, String headers) {
        var head = "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-Proto: https\r\n"
                + "Authorization: Bearer " + key + "\r\n" + headers + "\r\n";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), cluster.node(0).port())) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
