package dev.shearline.server.standards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7662: resource servers that speak OAuth ask what a key is. */
@Tag("storage")
class IntrospectionTest {

    private static final String PATH = "/oauth/introspect";
    private static final String INACTIVE = "{\"active\":false}";

    private static Cluster cluster;
    private static String acme;
    private static Api verifier;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        verifier = cluster.api().as(cluster.issue(acme, "keys:verify").at("secret"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer issue(Map<String, ?> more) {
        var body = new HashMap<String, Object>(Map.of(
                "type",
                "team",
                "name",
                "test",
                "organization",
                acme,
                "scopes",
                List.of("sessions:read", "audit:read")));
        body.putAll(more);
        return cluster.api().post("/v1/keys", body).expect(201);
    }

    private static Api.Answer ask(String token, String more) {
        return verifier.postForm(PATH, "token=" + token + more).expect(200);
    }

    private static void assertInactive(Api.Answer answer) {
        assertThat(answer.raw().body()).isEqualTo(INACTIVE);
        assertThat(answer.raw().headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.raw().headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void a_live_key_is_active_and_described_in_the_words_of_the_standard_and_in_ours() {
        var expires = Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        var began = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        var key = issue(Map.of("expires_at", expires.toString(), "not_before", began.toString()));
        var answer = ask(key.at("secret"), "&token_type_hint=access_token&unheard_of=1");
        assertThat(answer.at("active")).isEqualTo("true");
        assertThat(answer.at("scope")).isEqualTo("audit:read sessions:read");
        assertThat(answer.at("client_id")).isEqualTo(key.at("id"));
        assertThat(answer.at("sub")).isEqualTo(acme);
        assertThat(answer.at("token_type")).isEqualTo("Bearer");
        assertThat(answer.at("exp")).isEqualTo(Long.toString(expires.getEpochSecond()));
        assertThat(answer.at("nbf")).isEqualTo(Long.toString(began.getEpochSecond()));
        assertThat(answer.at("iss")).startsWith("http://");
        assertThat(answer.at("type")).isEqualTo("team");
        assertThat(answer.at("mode")).isEqualTo("live");
        assertThat(answer.at("owner/type")).isEqualTo("organization");
        assertThat(answer.at("owner/external_id")).isEqualTo("acme");
        assertThat(answer.at("organization/external_id")).isEqualTo("acme");
        assertThat(answer.at("boundary/id")).isEqualTo(acme);
    }

    @Test
    void a_personal_keys_subject_is_its_user() {
        var user = cluster.api()
                .put("/v1/users/ext:auth0%7C7", Map.of("name", "Ada"))
                .expect(201)
                .at("id");
        cluster.api()
                .post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                acme,
                                "user",
                                user,
                                "roles",
                                List.of(Map.of("unit", acme, "role", "developer"))))
                .expect(201);
        var key = issue(Map.of("type", "personal", "user", user, "scopes", List.of("sessions:read")));
        var answer = ask(key.at("secret"), "");
        assertThat(answer.at("sub")).isEqualTo(user);
        assertThat(answer.at("owner/external_id")).isEqualTo("auth0|7");
        assertThat(answer.at("scope")).isEqualTo("sessions:read");
        assertThat(answer.json().has("nbf")).isFalse();
    }

    @Test
    void of_what_is_dead_foreign_or_nothing_at_all_it_says_the_same() {
        var revoked = issue(Map.of());
        cluster.api().post("/v1/keys/" + revoked.at("id") + "/revoke").expect(200);
        var disabled = issue(Map.of());
        cluster.api().post("/v1/keys/" + disabled.at("id") + "/disable").expect(200);
        var early = issue(
                Map.of("not_before", Instant.now().plus(1, ChronoUnit.HOURS).toString()));
        var bound = issue(Map.of("cidrs", List.of("203.0.113.0/24")));
        var test = issue(Map.of("mode", "test"));
        var foreign = cluster.issue(cluster.organization("other"), "*");
        for (var key : List.of(revoked, disabled, early, bound, test, foreign)) {
            assertInactive(ask(key.at("secret"), ""));
        }
        for (var token : List.of("nothing", "shl_live_" + "sk_short", "x".repeat(60_000), "%F0%9F%94%91", "a%2Bb")) {
            assertInactive(ask(token, ""));
        }
    }

    @Test
    void what_else_decides_stands_in_the_url_and_beside_the_token() {
        var test = issue(Map.of("mode", "test")).at("secret");
        assertThat(askOn("?mode=test", test, "").at("active")).isEqualTo("true");
        var bound = issue(Map.of("cidrs", List.of("203.0.113.0/24"))).at("secret");
        assertThat(ask(bound, "&address=203.0.113.7").at("active")).isEqualTo("true");
        assertInactive(ask(bound, "&address=203.0.114.7"));
        var key = issue(Map.of()).at("secret");
        assertThat(askOn("?scope=audit:read%20sessions:read", key, "").at("active"))
                .isEqualTo("true");
        assertInactive(askOn("?scope=audit:read%20keys:write", key, ""));
        assertThat(askOn("?unit=ext:acme", key, "").at("active")).isEqualTo("true");
        assertInactive(askOn("?unit=ext:elsewhere", key, ""));
    }

    private static Api.Answer askOn(String query, String token, String more) {
        return verifier.postForm(PATH + query, "token=" + token + more).expect(200);
    }

    @Test
    void a_single_use_token_is_neither_spent_nor_let_in_unless_the_url_says_so() {
        var token = issue(Map.of("type", "ephemeral")).at("secret");
        assertInactive(ask(token, ""));
        assertInactive(ask(token, ""));
        assertThat(askOn("?spend=true", token, "").at("active")).isEqualTo("true");
        assertInactive(askOn("?spend=true", token, ""));
        assertThat(verifier.verify(token)).isEqualTo("already_used");
        var other = issue(Map.of("type", "ephemeral")).at("secret");
        assertInactive(ask(other, ""));
        assertThat(verifier.verify(other)).isEqualTo("allowed");
    }

    @Test
    void it_counts_and_draws_as_a_verification_does() {
        var key = issue(Map.of("quota", Map.of("amount", 2, "refill", "none")));
        var first = ask(key.at("secret"), "");
        assertThat(first.at("active")).isEqualTo("true");
        assertThat(first.raw().headers().firstValue("RateLimit")).contains("\"key-quota\";r=1");
        assertThat(ask(key.at("secret"), "").at("active")).isEqualTo("true");
        var refused = ask(key.at("secret"), "");
        assertInactive(refused);
        assertThat(refused.raw().headers().firstValue("RateLimit")).contains("\"key-quota\";r=0");
        Eventually.isTrue(
                "it is counted",
                () -> cluster.api()
                        .get("/v1/keys/" + key.at("id") + "/usage")
                        .at("total/allowed")
                        .equals("2"));
    }

    @Test
    void the_password_of_basic_is_a_key_too_whatever_the_name() {
        var key = issue(Map.of()).at("secret");
        var secret = verifier.credential().reveal();
        for (var name : List.of("my-api", "", "key_%3A", "ü")) {
            assertThat(anonymous("token=" + key, basic(name + ":" + secret))
                            .expect(200)
                            .at("active"))
                    .isEqualTo("true");
        }
        var apiKey = Map.of("Authorization", basicText("proxy:password"), "X-API-Key", secret);
        assertThat(anonymous("token=" + key, apiKey).expect(200).at("active")).isEqualTo("true");
    }

    private static Map<String, String> basic(String pair) {
        return Map.of("Authorization", basicText(pair));
    }

    private static String basicText(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static Api.Answer anonymous(String form, Map<String, String> headers) {
        return verifier.as("").postForm(PATH, form, headers);
    }

    @Test
    void nobody_asks_without_a_good_key_of_ours() {
        var none = anonymous("token=x", Map.of()).expect(401);
        assertThat(none.at("error")).isEqualTo("invalid_client");
        assertThat(none.raw().headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"shearline\"");
        var bad =
                anonymous("token=x", Map.of("Authorization", "Bearer nothing")).expect(401);
        assertThat(bad.raw().headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(value -> assertThat(value).contains("invalid_token"));
        for (var pair : List.of("a:nothing", "nothing", ":", "a:%zz")) {
            var basic = anonymous("token=x", basic(pair)).expect(401);
            assertThat(basic.at("error")).isEqualTo("invalid_client");
            assertThat(basic.raw().headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"shearline\"");
        }
        anonymous("token=x", Map.of("Authorization", "Basic ???")).expect(401);
        anonymous("token=x", Map.of("Authorization", "Basic")).expect(401);
    }

    @Test
    void a_key_that_may_not_verify_is_told_so() {
        var narrow = verifier.as(cluster.issue(acme, "sessions:read").at("secret"));
        var answer = narrow.postForm(PATH, "token=x").expect(403);
        assertThat(answer.at("error")).isEqualTo("insufficient_scope");
        assertThat(answer.raw().headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(value -> assertThat(value).contains("scope=\"keys:verify\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "token=",
                "token",
                "toke=x",
                "token=x&token=x",
                "token=x&token=",
                "token=%zz",
                "token=%00",
                "token=x%0d%0ay",
                "token=x&address=10.0.0.0/8",
                "&&&"
            })
    void a_form_that_is_none_is_an_invalid_request(String form) {
        var answer = verifier.postForm(PATH, form).expect(400);
        assertThat(answer.at("error")).isEqualTo("invalid_request");
        assertThat(answer.at("error_description")).isNotEmpty().doesNotContain("\"");
    }

    @ParameterizedTest
    @CsvSource({
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=latin1"
    })
    void another_content_type_is_an_invalid_request(String type) {
        var answer =
                verifier.postForm(PATH, "token=x", Map.of("Content-Type", type)).expect(400);
        assertThat(answer.at("error")).isEqualTo("invalid_request");
        assertThat(answer.at("error_description")).contains("x-www-form-urlencoded");
    }

    @Test
    void a_charset_that_is_utf_8_may_be_named() {
        var type = "application/x-www-form-urlencoded;charset=UTF-8";
        assertInactive(
                verifier.postForm(PATH, "token=x", Map.of("Content-Type", type)).expect(200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?token=x",
                "?scop=a:b",
                "?scope=no",
                "?scope=",
                "?mode=prod",
                "?spend=1",
                "?cost=0",
                "?cost=x",
                "?mode=live&mode=test"
            })
    void a_term_that_is_mistyped_is_not_overlooked(String query) {
        assertThat(verifier.postForm(PATH + query, "token=x").expect(400).at("error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void too_long_a_body_and_another_method_are_problems_like_everywhere() {
        assertThat(verifier.postForm(PATH, "token=" + "x".repeat(70_000))
                        .expect(413)
                        .code())
                .isEqualTo("body_too_large");
        assertThat(verifier.get(PATH).expect(405).code()).isEqualTo("method_not_allowed");
    }

    @Test
    void two_credentials_are_an_invalid_request() {
        var answer = anonymous("token=x", Map.of("Authorization", "Bearer a", "X-API-Key", "b"))
                .expect(400);
        assertThat(answer.at("error")).isEqualTo("invalid_request");
    }
}
