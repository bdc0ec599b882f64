package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every verdict that exists, asked over HTTP. */
@Tag("storage")
class VerifyTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        api = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void a_good_key_is_allowed_and_described() {
        var key = cluster.issue(acme, "sessions:write", "sessions:read");
        var verdict = api.post("/v1/keys/verify", Map.of("key", key.at("secret"), "scopes", List.of("sessions:write")));
        assertThat(verdict.status()).isEqualTo(200);
        assertThat(verdict.at("valid")).isEqualTo("true");
        assertThat(verdict.code()).isEqualTo("allowed");
        assertThat(verdict.at("key_id")).isEqualTo(key.at("id"));
        assertThat(verdict.at("type")).isEqualTo("team");
        assertThat(verdict.at("owner/type")).isEqualTo("organization");
        assertThat(verdict.at("owner/external_id")).isEqualTo("acme");
        assertThat(verdict.at("organization/id")).isEqualTo(acme);
        assertThat(verdict.at("boundary/id")).isEqualTo(acme);
        assertThat(verdict.at("scopes")).isEqualTo("[\"sessions:read\",\"sessions:write\"]");
        assertThat(verdict.at("depends_on")).contains(key.at("id"), acme, "instance");
        assertThat(verdict.at("cacheable")).isEqualTo("true");
        assertThat(Long.parseLong(verdict.at("epoch"))).isGreaterThanOrEqualTo(Long.parseLong(key.at("epoch")));
        assertThat(verdict.at("tag")).hasSize(16);
    }

    @Test
    void what_has_not_the_shape_of_a_key_is_malformed() {
        var key = cluster.issue(acme, "sessions:read").at("secret");
        assertThat(api.verify(key.substring(0, key.length() - 1) + (key.endsWith("0") ? "1" : "0")))
                .isEqualTo("malformed");
        assertThat(api.verify("shl_live_" + "sk_short")).isEqualTo("malformed");
        assertThat(api.verify("x".repeat(513))).isEqualTo("malformed");
        assertThat(api.verify("")).isEqualTo("malformed");
    }

    @Test
    void a_key_that_was_never_issued_is_not_found() {
        assertThat(api.verify("some-other-systems-key")).isEqualTo("not_found");
    }

    @Test
    void a_revoked_key_is_refused_as_soon_as_the_revocation_is_answered() {
        var key = cluster.issue(acme, "sessions:read");
        var revoked = api.post("/v1/keys/" + key.at("id") + "/revoke", Map.of("reason", "lost laptop"))
                .expect(200);
        assertThat(revoked.at("propagation/complete")).isEqualTo("true");
        var verdict =
                api.post("/v1/keys/verify", Map.of("key", key.at("secret"))).expect(200);
        assertThat(verdict.code()).isEqualTo("revoked");
        assertThat(verdict.at("valid")).isEqualTo("false");
        assertThat(verdict.at("key_id")).isEqualTo(key.at("id"));
        assertThat(cluster.audit(key.at("id"))).isEqualTo("key.created key.revoked");
    }

    @Test
    void a_disabled_key_is_refused_until_it_is_enabled() {
        var key = cluster.issue(acme, "sessions:read");
        api.post("/v1/keys/" + key.at("id") + "/disable").expect(200);
        assertThat(api.verify(key.at("secret"))).isEqualTo("disabled");
        api.post("/v1/keys/" + key.at("id") + "/enable").expect(200);
        assertThat(api.verify(key.at("secret"))).isEqualTo("allowed");
    }

    @Test
    void a_key_expires_by_itself() {
        var key = create(
                Map.of("expires_at", Instant.now().plus(2, ChronoUnit.SECONDS).toString()));
        assertThat(api.verify(key.at("secret"))).isEqualTo("allowed");
        Eventually.isTrue("it has expired", () -> api.verify(key.at("secret")).equals("expired"));
    }

    @Test
    void a_key_is_not_valid_before_its_time() {
        var key = create(
                Map.of("not_before", Instant.now().plus(1, ChronoUnit.HOURS).toString()));
        assertThat(api.verify(key.at("secret"))).isEqualTo("not_yet_valid");
    }

    @Test
    void the_keys_of_a_suspended_organization_are_refused_until_it_is_resumed() {
        var org = cluster.organization("suspended-" + System.nanoTime());
        var key = cluster.issue(org, "sessions:read").at("secret");
        api.post("/v1/organizations/" + org + "/suspend").expect(200);
        assertThat(api.verify(key)).isEqualTo("owner_inactive");
        api.post("/v1/organizations/" + org + "/resume").expect(200);
        assertThat(api.verify(key)).isEqualTo("allowed");
    }

    @Test
    void a_test_key_is_not_for_live_and_the_other_way_round() {
        var test = create(Map.of("mode", "test")).at("secret");
        assertThat(api.verify(test)).isEqualTo("wrong_mode");
        assertThat(api.post("/v1/keys/verify", Map.of("key", test, "mode", "test"))
                        .code())
                .isEqualTo("allowed");
        var live = create(Map.of()).at("secret");
        assertThat(api.post("/v1/keys/verify", Map.of("key", live, "mode", "test"))
                        .code())
                .isEqualTo("wrong_mode");
    }

    @Test
    void every_scope_that_is_asked_for_must_be_held() {
        var key = cluster.issue(acme, "sessions:*", "audit:read").at("secret");
        assertThat(ask(key, "sessions:write", "audit:read")).isEqualTo("allowed");
        assertThat(ask(key, "sessions:write", "keys:read")).isEqualTo("insufficient_scope");
        assertThat(ask(key, "sessions:*")).isEqualTo("allowed");
        assertThat(ask(key, "*")).isEqualTo("insufficient_scope");
        assertThat(ask(cluster.issue(acme, "*").at("secret"), "anything:at-all"))
                .isEqualTo("allowed");
    }

    @Test
    void a_key_bound_to_addresses_is_refused_from_elsewhere_and_from_nowhere() {
        var key = create(Map.of("cidrs", List.of("203.0.113.0/24", "2001:db8::/32")))
                .at("secret");
        assertThat(from(key, "203.0.113.7")).isEqualTo("allowed");
        assertThat(from(key, "::ffff:203.0.113.7")).isEqualTo("allowed");
        assertThat(from(key, "2001:db8::1")).isEqualTo("allowed");
        assertThat(from(key, "203.0.114.1")).isEqualTo("address_not_allowed");
        assertThat(api.verify(key)).isEqualTo("address_not_allowed");
    }

    @Test
    void a_caller_of_another_organization_learns_nothing() {
        var key = cluster.issue(acme, "sessions:read");
        var other = cluster.organization("other");
        var stranger = api.as(cluster.issue(other, "keys:verify").at("secret"));
        var foreign = stranger.post("/v1/keys/verify", Map.of("key", key.at("secret")))
                .expect(200);
        assertThat(foreign.code()).isEqualTo("not_found");
        assertThat(foreign.raw().body()).doesNotContain(key.at("id"), acme);
        assertThat(api.as(cluster.issue(acme, "keys:verify").at("secret")).verify(key.at("secret")))
                .isEqualTo("allowed");
    }

    @Test
    void who_may_not_verify_is_told_which_scope_is_missing() {
        var answer = api.as(cluster.issue(acme, "sessions:read").at("secret"))
                .post("/v1/keys/verify", Map.of("key", "x"))
                .expect(403);
        assertThat(answer.code()).isEqualTo("insufficient_scope");
        assertThat(answer.at("detail")).contains("keys:verify");
    }

    @Test
    void nobody_verifies_without_a_credential_or_with_a_dead_one() {
        var anonymous = api.as("").post("/v1/keys/verify", Map.of("key", "x")).expect(401);
        assertThat(anonymous.raw().headers().firstValue("WWW-Authenticate")).isPresent();
        var key = cluster.issue(acme, "keys:verify");
        api.post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
        api.as(key.at("secret")).post("/v1/keys/verify", Map.of("key", "x")).expect(401);
    }

    @Test
    void a_batch_is_answered_in_order() {
        var good = cluster.issue(acme, "sessions:read").at("secret");
        var answer = api.post(
                        "/v1/keys/verify-batch",
                        Map.of(
                                "items",
                                List.of(Map.of("key", good), Map.of("key", "nope nope"), Map.of("key", "foreign"))))
                .expect(200);
        assertThat(answer.at("items/0/code")).isEqualTo("allowed");
        assertThat(answer.at("items/1/code")).isEqualTo("malformed");
        assertThat(answer.at("items/2/code")).isEqualTo("not_found");
    }

    @Test
    void bad_questions_are_refused_by_the_name_of_the_field() {
        refused("{\"key\":\"x\",\"unit\":\"ext:\"}", 422, "invalid_field", "unit");
        refused("{\"key\":\"x\",\"resource\":\"r\"}", 422, "invalid_field", "resource");
        refused("{\"key\":\"x\",\"route\":\"\"}", 422, "invalid_field", "route");
        refused("{\"key\":\"x\",\"route\":\"a\\nb\"}", 422, "invalid_field", "route");
        refused("{\"key\":\"x\",\"route\":\"" + "r".repeat(201) + "\"}", 422, "invalid_field", "route");
        refused("{\"key\":\"x\",\"cost\":0}", 422, "invalid_field", "cost");
        refused("{\"key\":\"x\",\"cost\":1000001}", 422, "invalid_field", "cost");
        refused("{\"key\":\"x\",\"cost\":99999999999999999999}", 422, "invalid_field", "cost");
        refused("{\"key\":\"x\",\"cost\":1.5}", 422, "invalid_field", "cost");
        refused("{\"key\":\"x\",\"colour\":1}", 422, "unknown_field", "colour");
        refused("{\"key\":7}", 422, "invalid_field", "key");
        refused("{}", 422, "invalid_field", "key");
        refused("[]", 422, "invalid_field", "body");
        refused("{\"key\":\"x\",\"scopes\":[\"not a scope\"]}", 422, "invalid_field", "scopes");
        refused("{\"key\":\"x\",\"mode\":\"prod\"}", 422, "invalid_field", "mode");
        refused("{\"key\":\"x\",\"address\":\"10.0.0.0/8\"}", 422, "invalid_field", "address");
        refused("{\"key\":\"x\",\"min_epoch\":-1}", 422, "invalid_field", "min_epoch");
        refused("{\"key\":\"x\",\"min_epoch\":99999999999999999999}", 422, "invalid_field", "min_epoch");
        refused("{\"key\":\"x\"", 400, "malformed_json", "");
        refused("{\"key\":\"x\"} trailing", 400, "malformed_json", "");
        refused("", 400, "malformed_json", "");
        refused("{\"key\":\"" + "x".repeat(70_000) + "\"}", 413, "body_too_large", "");
    }

    @Test
    void a_question_from_the_future_waits_and_then_is_refused_as_unavailable() {
        var head = Long.parseLong(cluster.issue(acme, "sessions:read").at("epoch"));
        var answer = api.post("/v1/keys/verify", Map.of("key", "foreign", "min_epoch", head + 1_000_000))
                .expect(503);
        assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
        assertThat(api.post("/v1/keys/verify", Map.of("key", "foreign", "min_epoch", head))
                        .status())
                .isEqualTo(200);
    }

    private static void refused(String body, int status, String code, String field) {
        var answer = api.postRaw("/v1/keys/verify", body).expect(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.at("field")).isEqualTo(field);
        assertThat(answer.at("request_id")).isNotEmpty();
    }

    private static Api.Answer create(Map<String, ?> more) {
        var body = new java.util.HashMap<String, Object>(
                Map.of("type", "team", "name", "test", "organization", acme, "scopes", List.of("sessions:read")));
        body.putAll(more);
        return api.post("/v1/keys", body).expect(201);
    }

    private static String ask(String key, String... scopes) {
        return api.post("/v1/keys/verify", Map.of("key", key, "scopes", List.of(scopes)))
                .expect(200)
                .code();
    }

    private static String from(String key, String address) {
        return api.post("/v1/keys/verify", Map.of("key", key, "address", address))
                .expect(200)
                .code();
    }
}
