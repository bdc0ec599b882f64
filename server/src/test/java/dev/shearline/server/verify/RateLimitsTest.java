package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits as callers of the API meet them. What refills does so too slowly to be seen here. */
@Tag("storage")
class RateLimitsTest {

    private static Cluster cluster;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Map<String, Object> rate(long amount, String per) {
        return Map.of("rate_limits", List.of(Map.of("amount", amount, "per", per)));
    }

    private static Map<String, Object> quota(long amount, String refill) {
        return Map.of("quota", Map.of("amount", amount, "refill", refill));
    }

    private static Api.Answer create(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "name", "n", "organization", acme, "scopes", List.of("keys:verify")));
        body.putAll(more);
        return cluster.api().post("/v1/keys", body).expect(201);
    }

    private static Api.Answer ask(Api.Answer key, Map<String, ?> more) {
        var question = new HashMap<String, Object>(more);
        question.put("key", key.at("secret"));
        return cluster.api().post("/v1/keys/verify", question).expect(200);
    }

    private static String code(Api.Answer key, int cost) {
        return ask(key, Map.of("cost", cost)).code();
    }

    private static String events(String target) {
        return cluster.schema()
                .query(
                        "SELECT string_agg(convert_from(bytes, 'UTF8'), ' ' ORDER BY at, id) FROM audit_event WHERE target = ?",
                        target);
    }

    private static String team() {
        return cluster.api()
                .post("/v1/teams", Map.of("organization", acme, "name", "t"))
                .expect(201)
                .at("id");
    }

    @Test
    void a_key_is_limited_and_the_answer_says_how_much_is_left() {
        var key = create(rate(3, "month"));
        var first = ask(key, Map.of());
        assertThat(first.code()).isEqualTo("allowed");
        assertThat(first.at("cacheable")).isEqualTo("false");
        assertThat(first.at("rate_limit/policy")).isEqualTo("key-month");
        assertThat(first.at("rate_limit/limit")).isEqualTo("3");
        assertThat(first.at("rate_limit/remaining")).isEqualTo("2");
        assertThat(first.raw().headers().firstValue("RateLimit-Policy")).contains("\"key-month\";q=3;w=2592000");
        assertThat(first.raw().headers().firstValue("RateLimit")).contains("\"key-month\";r=2;t=864000");
        assertThat(code(key, 2)).isEqualTo("allowed");
        var refused = ask(key, Map.of());
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(Long.parseLong(refused.at("retry_after_ms"))).isBetween(863_000_000L, 864_000_000L);
        assertThat(refused.at("key_id")).isEqualTo(key.at("id"));
        assertThat(refused.at("cacheable")).isEqualTo("false");
        assertThat(refused.raw().headers().firstValue("RateLimit"))
                .hasValueSatisfying(text -> assertThat(text).startsWith("\"key-month\";r=0;t="));
    }

    @Test
    void a_key_without_limits_says_nothing_of_them() {
        var answer = ask(create(Map.of()), Map.of("cost", 1_000_000));
        assertThat(answer.code()).isEqualTo("allowed");
        assertThat(answer.at("cacheable")).isEqualTo("true");
        assertThat(answer.json().has("rate_limit")).isFalse();
        assertThat(answer.raw().headers().firstValue("RateLimit")).isEmpty();
    }

    @Test
    void a_quota_that_is_used_up_says_when_it_comes_back() {
        var key = create(quota(2, "none"));
        assertThat(code(key, 2)).isEqualTo("allowed");
        var refused = ask(key, Map.of());
        assertThat(refused.code()).isEqualTo("quota_exhausted");
        assertThat(refused.json().path("retry_after_ms").isNull()).isTrue();
        assertThat(code(create(quota(2, "day")), 3)).isEqualTo("quota_exhausted");
    }

    @Test
    void what_is_refused_and_what_is_probed_draws_nothing() {
        var key = create(quota(2, "none"));
        assertThat(ask(key, Map.of("scopes", List.of("audit:read"))).code()).isEqualTo("insufficient_scope");
        assertThat(ask(key, Map.of("probe", true, "cost", 2)).code()).isEqualTo("allowed");
        assertThat(code(key, 3)).isEqualTo("quota_exhausted");
        assertThat(code(key, 2)).isEqualTo("allowed");
        assertThat(ask(key, Map.of("probe", true)).code()).isEqualTo("quota_exhausted");
    }

    @Test
    void a_batch_draws_for_each_question() {
        var key = create(quota(2, "none"));
        var item = Map.of("key", key.at("secret"));
        var answer = cluster.api().post("/v1/keys/verify-batch", Map.of("items", List.of(item, item, item)));
        assertThat(answer.at("items/0/rate_limit/remaining")).isEqualTo("1");
        assertThat(answer.at("items/1/code")).isEqualTo("allowed");
        assertThat(answer.at("items/2/code")).isEqualTo("quota_exhausted");
    }

    @Test
    void keys_of_a_team_share_its_limits_and_a_refusal_costs_them_nothing() {
        var team = team();
        cluster.api().put("/v1/teams/" + team + "/limits", quota(3, "none")).expect(200);
        var one = create(Map.of("team", team, "quota", Map.of("amount", 2, "refill", "none")));
        var other = create(Map.of("team", team));
        assertThat(code(other, 2)).isEqualTo("allowed");
        var refused = ask(one, Map.of("cost", 2));
        assertThat(refused.code()).isEqualTo("quota_exhausted");
        assertThat(refused.at("rate_limit/policy")).isEqualTo("owner-quota");
        cluster.api().put("/v1/teams/" + team + "/limits", quota(5, "none")).expect(200);
        assertThat(code(one, 2)).isEqualTo("allowed");
        assertThat(code(other, 2)).isEqualTo("quota_exhausted");
    }

    @Test
    void all_keys_of_an_organization_share_its_limits_whoever_owns_them() {
        var organization = cluster.organization("shared");
        var path = "/v1/organizations/ext:shared/limits";
        cluster.api().put(path, rate(3, "month")).expect(200);
        var user = cluster.api().post("/v1/users", Map.of("name", "Ida")).at("id");
        var member = cluster.api()
                .post("/v1/members", Map.of("organization", organization, "user", user))
                .at("id");
        cluster.api().put("/v1/members/" + member + "/limits", rate(2, "month")).expect(200);
        var personal =
                create(Map.of("type", "personal", "organization", organization, "user", user, "scopes", List.of()));
        var ci = create(Map.of("type", "ci", "organization", organization));
        assertThat(code(personal, 2)).isEqualTo("allowed");
        var refused = ask(personal, Map.of());
        assertThat(refused.at("rate_limit/policy")).isEqualTo("owner-month");
        assertThat(code(ci, 1)).isEqualTo("allowed");
        assertThat(ask(ci, Map.of()).at("rate_limit/policy")).isEqualTo("organization-month");
        cluster.api().put(path, Map.of()).expect(200);
        assertThat(code(ci, 1)).isEqualTo("allowed");
    }

    @Test
    void a_token_that_limits_refuse_is_not_spent() {
        var organization = cluster.organization("once");
        cluster.api().put("/v1/organizations/ext:once/limits", quota(1, "none")).expect(200);
        var token = create(Map.of("type", "ephemeral", "organization", organization));
        assertThat(code(token, 2)).isEqualTo("quota_exhausted");
        assertThat(ask(token, Map.of("use_id", "a")).code()).isEqualTo("allowed");
        assertThat(ask(token, Map.of("use_id", "a")).at("replayed")).isEqualTo("true");
        assertThat(ask(token, Map.of("use_id", "b")).code()).isEqualTo("already_used");
        var next = create(Map.of("type", "ephemeral", "organization", organization));
        assertThat(code(next, 1)).isEqualTo("quota_exhausted");
    }

    @Test
    void limits_change_while_the_key_is_used_and_a_rotation_goes_on_with_what_is_left() {
        var key = create(quota(5, "none"));
        assertThat(code(key, 4)).isEqualTo("allowed");
        var path = "/v1/keys/" + key.at("id");
        var changed = cluster.api().patch(path, quota(6, "none")).expect(200);
        assertThat(changed.at("quota/amount")).isEqualTo("6");
        var next = cluster.api().post(path + "/rotate").expect(201);
        assertThat(code(next, 2)).isEqualTo("allowed");
        assertThat(code(key, 1)).isEqualTo("quota_exhausted");
        assertThat(code(next, 1)).isEqualTo("quota_exhausted");
        var freed = new HashMap<String, Object>();
        freed.put("quota", null);
        cluster.api().patch("/v1/keys/" + next.at("id"), freed).expect(200);
        assertThat(code(next, 100)).isEqualTo("allowed");
        assertThat(events(key.at("id"))).contains("quota/5/none").contains("quota/6/none");
    }

    @Test
    void a_rotation_by_a_node_of_the_version_before_takes_the_limits_along() {
        var key = create(quota(2, "none"));
        var successor = "key_" + "successor".repeat(2).substring(0, 12);
        var columns =
                "organization_id, audience_id, type, visibility, mode, unit_id, prefix, last_four, name, name_key, scopes,"
                        + " created_at, created_by, updated_at";
        cluster.schema()
                .execute(
                        "INSERT INTO api_key (id, digest, rotated_from, " + columns
                                + ") SELECT ?, sha256(?::bytea), id, " + columns + " FROM api_key WHERE id = ?",
                        successor,
                        successor,
                        key.at("id"));
        assertThat(cluster.schema().query("SELECT limits || ' of ' || limits_of FROM api_key WHERE id = ?", successor))
                .isEqualTo("quota/2/none of " + key.at("id"));
    }

    @Test
    void a_node_that_starts_later_knows_what_was_used() {
        var key = create(quota(2, "none"));
        assertThat(code(key, 2)).isEqualTo("allowed");
        Eventually.isTrue(
                "it is written",
                () -> "2".equals(cluster.schema().query("SELECT max(used) FROM quota_use WHERE id = ?", key.at("id"))));
        try (var node = cluster.joinWith(Map.of())) {
            Eventually.isTrue("the node is ready", node::isReady);
            var api = new Api(Cluster.uri(node), cluster.operator());
            assertThat(api.verify(key.at("secret"))).isEqualTo("quota_exhausted");
        }
    }

    @Test
    void a_test_key_draws_from_limits_of_its_own() {
        var team = team();
        cluster.api().put("/v1/teams/" + team + "/limits", quota(1, "none")).expect(200);
        var test = create(Map.of("team", team, "mode", "test"));
        var live = create(Map.of("team", team));
        assertThat(ask(test, Map.of("mode", "test")).code()).isEqualTo("allowed");
        assertThat(ask(test, Map.of("mode", "test")).code()).isEqualTo("quota_exhausted");
        assertThat(code(live, 1)).isEqualTo("allowed");
    }
}
