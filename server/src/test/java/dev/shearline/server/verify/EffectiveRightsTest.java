package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
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

/** A personal key does what the key and its owner may, now and at the unit that is asked about: on every node. */
@Tag("storage")
class EffectiveRightsTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;
    private static String engineering;
    private static String web;
    private static String ops;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        api = cluster.api();
        acme = cluster.organization("acme");
        engineering = unit("departments", Map.of("name", "Engineering", "external_id", "eng"));
        web = unit("teams", Map.of("name", "Web", "department", engineering, "external_id", "web"));
        ops = unit("teams", Map.of("name", "Ops"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String unit(String kind, Map<String, String> fields) {
        var body = new HashMap<>(fields);
        body.put("organization", acme);
        return api.post("/v1/" + kind, body).expect(201).at("id");
    }

    private static Map<String, String> role(String role, String unit) {
        return Map.of("role", role, "unit", unit);
    }

    private static String member(String user, List<Map<String, String>> roles) {
        api.put("/v1/users/ext:" + user, Map.of("name", user)).expect(201);
        return api.post("/v1/members", Map.of("organization", acme, "user", "ext:" + user, "roles", roles))
                .expect(201)
                .at("id");
    }

    private static String personal(String user, String... scopes) {
        return made(Map.of("type", "personal", "user", "ext:" + user), scopes).at("secret");
    }

    private static Api.Answer made(Map<String, ?> owner, String... scopes) {
        var body = new HashMap<String, Object>(owner);
        body.put("organization", acme);
        body.put("name", "n");
        body.put("scopes", List.of(scopes));
        return api.post("/v1/keys", body).expect(201);
    }

    /** On both nodes the same. */
    private static Api.Answer verdict(String key, Map<String, ?> question) {
        var body = new HashMap<String, Object>(question);
        body.put("key", key);
        var first = cluster.api(0).post("/v1/keys/verify", body).expect(200);
        var second = cluster.api(1).post("/v1/keys/verify", body).expect(200);
        assertThat(second.code()).isEqualTo(first.code());
        assertThat(second.at("scopes")).isEqualTo(first.at("scopes"));
        return first;
    }

    private static String code(String key, String scope) {
        return verdict(key, Map.of("scopes", List.of(scope))).code();
    }

    private static String codeAt(String key, String scope, String unit) {
        return verdict(key, Map.of("scopes", List.of(scope), "unit", unit)).code();
    }

    private static void complete(Api.Answer change) {
        assertThat(change.expect(200).at("propagation/complete")).isEqualTo("true");
    }

    @Test
    void a_demotion_narrows_every_key_at_once_and_a_promotion_gives_back_no_more_than_the_key_has() {
        var member = member("ann", List.of(role("developer", acme)));
        var key = personal("ann", "sessions:write", "resources:read");
        assertThat(code(key, "sessions:write")).isEqualTo("allowed");
        complete(api.patch("/v1/members/" + member, Map.of("roles", List.of(role("viewer", acme)))));
        assertThat(code(key, "sessions:write")).isEqualTo("insufficient_scope");
        assertThat(verdict(key, Map.of()).at("scopes")).isEqualTo("[\"resources:read\"]");
        complete(api.patch("/v1/members/" + member, Map.of("roles", List.of(role("owner", acme)))));
        assertThat(verdict(key, Map.of()).at("scopes")).isEqualTo("[\"resources:read\",\"sessions:write\"]");
        assertThat(code(key, "keys:write")).isEqualTo("insufficient_scope");
    }

    @Test
    void without_any_role_a_member_has_no_rights() {
        var member = member("bob", List.of(role("developer", web)));
        var key = personal("bob", "resources:read");
        assertThat(code(key, "resources:read")).isEqualTo("allowed");
        complete(api.patch("/v1/members/" + member, Map.of("roles", List.of())));
        assertThat(verdict(key, Map.of()).code()).isEqualTo("owner_inactive");
        assertThat(api.as(key).get("/v1/members").status()).isEqualTo(401);
    }

    @Test
    void a_pattern_is_cut_to_what_the_roles_hold() {
        member("cid", List.of(role("viewer", acme)));
        var key = personal("cid", "*");
        assertThat(verdict(key, Map.of()).at("scopes"))
                .isEqualTo(
                        "[\"keys:read\",\"members:read\",\"organizations:read\",\"resources:read\",\"sessions:read\"]");
    }

    @Test
    void the_unit_of_a_question_decides_which_roles_count() {
        member("dan", List.of(role("viewer", acme), role("developer", engineering)));
        var key = personal("dan", "sessions:write", "sessions:read");
        assertThat(code(key, "sessions:write")).isEqualTo("allowed");
        assertThat(codeAt(key, "sessions:write", engineering)).isEqualTo("allowed");
        assertThat(codeAt(key, "sessions:write", web)).isEqualTo("allowed");
        assertThat(codeAt(key, "sessions:write", "ext:web")).isEqualTo("allowed");
        assertThat(codeAt(key, "sessions:write", ops)).isEqualTo("insufficient_scope");
        assertThat(codeAt(key, "sessions:write", acme)).isEqualTo("insufficient_scope");
        assertThat(codeAt(key, "sessions:read", ops)).isEqualTo("allowed");
        assertThat(codeAt(key, "sessions:read", "ext:acme")).isEqualTo("allowed");
    }

    @Test
    void a_key_is_valid_inside_its_boundary_and_nowhere_else() {
        member("eve", List.of(role("developer", web)));
        var personal = personal("eve", "resources:read");
        var team = made(Map.of("type", "team", "department", engineering), "resources:read")
                .at("secret");
        var pipeline = made(Map.of("type", "ci"), "resources:read").at("secret");
        assertThat(codeAt(personal, "resources:read", web)).isEqualTo("allowed");
        assertThat(codeAt(personal, "resources:read", engineering)).isEqualTo("outside_boundary");
        assertThat(codeAt(team, "resources:read", web)).isEqualTo("allowed");
        assertThat(codeAt(team, "resources:read", engineering)).isEqualTo("allowed");
        assertThat(codeAt(team, "resources:read", ops)).isEqualTo("outside_boundary");
        assertThat(codeAt(team, "resources:read", acme)).isEqualTo("outside_boundary");
        assertThat(codeAt(pipeline, "resources:read", ops)).isEqualTo("allowed");
    }

    @Test
    void a_unit_of_somebody_else_and_none_at_all_are_outside_and_not_to_be_remembered() {
        var other = cluster.organization("other");
        var foreign = api.post("/v1/teams", Map.of("organization", other, "name", "Web", "external_id", "theirs"))
                .expect(201)
                .at("id");
        var key = made(Map.of("type", "ci"), "resources:read").at("secret");
        for (var unit : List.of(foreign, "ext:theirs", "team_nowhere", "ext:nowhere", other, "ext:other")) {
            var verdict = verdict(key, Map.of("unit", unit));
            assertThat(verdict.code()).isEqualTo("outside_boundary");
            assertThat(verdict.at("cacheable")).isEqualTo("false");
        }
        assertThat(verdict(key, Map.of("unit", web)).at("depends_on")).contains(web, engineering);
        assertThat(api.post("/v1/keys/verify", Map.of("key", key, "unit", "ext:"))
                        .code())
                .isEqualTo("invalid_field");
    }

    @Test
    void a_team_that_moves_takes_its_place_in_the_tree_with_it() {
        var team = unit("teams", Map.of("name", "Moving", "department", engineering));
        var key = made(Map.of("type", "team", "department", engineering), "resources:read")
                .at("secret");
        assertThat(codeAt(key, "resources:read", team)).isEqualTo("allowed");
        var body = new HashMap<String, Object>();
        body.put("department", null);
        complete(api.patch("/v1/teams/" + team, body));
        assertThat(codeAt(key, "resources:read", team)).isEqualTo("outside_boundary");
    }

    @Test
    void the_host_sets_the_scopes_of_one_member_in_the_place_of_the_roles() {
        var member = member("fay", List.of(role("developer", web)));
        var key = personal("fay", "sessions:write", "audit:read");
        assertThat(code(key, "audit:read")).isEqualTo("insufficient_scope");
        complete(api.put("/v1/members/" + member + "/scopes", Map.of("scopes", List.of("audit:*"))));
        assertThat(verdict(key, Map.of()).at("scopes")).isEqualTo("[\"audit:read\"]");
        assertThat(codeAt(key, "audit:read", ops)).isEqualTo("outside_boundary");
        assertThat(api.get("/v1/members/" + member).at("scopes")).isEqualTo("[\"audit:*\"]");
        complete(api.delete("/v1/members/" + member + "/scopes"));
        assertThat(verdict(key, Map.of()).at("scopes")).isEqualTo("[\"sessions:write\"]");
        assertThat(cluster.audit(member)).isEqualTo("member.added member.updated member.updated");
    }

    @Test
    void the_scopes_of_a_member_are_known_ones_and_the_hosts_to_set() {
        var member = member("gus", List.of(role("admin", acme)));
        var path = "/v1/members/" + member + "/scopes";
        assertThat(api.put(path, Map.of("scopes", List.of("nothing:real"))).code())
                .isEqualTo("unknown_scope");
        assertThat(api.put(path, Map.of("scopes", List.of("no scope"))).code()).isEqualTo("invalid_field");
        assertThat(api.put(path, Map.of()).status()).isEqualTo(422);
        var own = api.as(cluster.issue(acme, "*").at("secret"));
        assertThat(own.put(path, Map.of("scopes", List.of("*"))).status()).isEqualTo(403);
        var foreign =
                api.as(cluster.issue(cluster.organization("strangers"), "*").at("secret"));
        assertThat(foreign.put(path, Map.of("scopes", List.of())).status()).isIn(403, 404);
        assertThat(api.get("/v1/members/" + member).at("scopes")).isEmpty();
    }

    @Test
    void a_scope_of_the_operators_is_held_by_the_roles_that_it_lists() {
        member("hal", List.of(role("developer", acme)));
        api.post("/v1/scopes", Map.of("name", "reports:export", "title", "Export", "roles", List.of("admin")))
                .expect(201);
        var key = personal("hal", "reports:export");
        assertThat(code(key, "reports:export")).isEqualTo("insufficient_scope");
        complete(api.patch("/v1/scopes/reports:export", Map.of("roles", List.of("developer", "admin"))));
        assertThat(code(key, "reports:export")).isEqualTo("allowed");
        complete(api.patch("/v1/scopes/reports:export", Map.of("roles", List.of())));
        assertThat(code(key, "reports:export")).isEqualTo("insufficient_scope");
    }

    @Test
    void an_instance_may_require_the_unit() {
        try (var strict = cluster.joinWith(Map.of(Setting.VERIFY_REQUIRE_UNIT, "on"))) {
            Eventually.isTrue("the node is ready", strict::isReady);
            var asked = new Api(Cluster.uri(strict), cluster.operator());
            var key = made(Map.of("type", "ci"), "resources:read").at("secret");
            var refused = asked.post("/v1/keys/verify", Map.of("key", key)).expect(422);
            assertThat(refused.at("field")).isEqualTo("unit");
            assertThat(asked.post("/v1/keys/verify", Map.of("key", key, "unit", acme))
                            .code())
                    .isEqualTo("allowed");
        }
    }
}
