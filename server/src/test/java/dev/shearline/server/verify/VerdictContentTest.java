package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a verdict says of the key: whose it is, where it holds, what it may do, and what the answer depends on. */
@Tag("storage")
class VerdictContentTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;
    private static String department;
    private static String team;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        api = cluster.api();
        acme = cluster.organization("acme");
        department = api.put("/v1/departments/ext:eng", Map.of("organization", acme, "name", "Engineering"))
                .expect(201)
                .at("id");
        team = api.put("/v1/teams/ext:web", Map.of("organization", acme, "name", "Web", "department", department))
                .expect(201)
                .at("id");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void a_personal_key_is_its_users() {
        var user =
                api.put("/v1/users/ext:ann", Map.of("name", "Ann")).expect(201).at("id");
        var member = api.post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                acme,
                                "user",
                                user,
                                "roles",
                                List.of(Map.of("role", "developer", "unit", team))))
                .expect(201)
                .at("id");
        var key = create(Map.of("type", "personal", "organization", acme, "user", "ext:ann", "scopes", List.of()));
        var verdict = ask(key);
        assertThat(verdict.code()).isEqualTo("allowed");
        assertThat(verdict.at("type")).isEqualTo("personal");
        assertThat(verdict.at("owner/type")).isEqualTo("user");
        assertThat(verdict.at("owner/id")).isEqualTo(user);
        assertThat(verdict.at("owner/external_id")).isEqualTo("ann");
        assertThat(verdict.at("organization/id")).isEqualTo(acme);
        assertThat(verdict.at("organization/external_id")).isEqualTo("acme");
        assertThat(dependencies(verdict))
                .containsExactlyInAnyOrder(key.at("id"), acme, "custom", member, team, "instance");
    }

    @Test
    void a_teams_key_holds_at_the_team_and_depends_on_what_is_above_it() {
        var key = create(Map.of("type", "team", "team", team, "scopes", List.of("sessions:read")));
        var verdict = ask(key);
        for (var holder : List.of("owner", "boundary")) {
            assertThat(verdict.at(holder + "/type")).isEqualTo("team");
            assertThat(verdict.at(holder + "/id")).isEqualTo(team);
            assertThat(verdict.at(holder + "/external_id")).isEqualTo("web");
        }
        assertThat(dependencies(verdict))
                .containsExactlyInAnyOrder(key.at("id"), acme, "custom", team, department, "instance");
        assertThat(verdict.at("cacheable")).isEqualTo("true");
    }

    @Test
    void metadata_is_what_is_meant_for_verification_and_nothing_else() {
        var key = team(Map.of(
                "metadata",
                Map.of("internal", "never shown"),
                "verified_metadata",
                Map.of("tier", "gold", "seats", 3)));
        var verdict = ask(key);
        assertThat(verdict.json().path("metadata"))
                .isEqualTo(tools.jackson.databind.json.JsonMapper.shared().readTree("{\"tier\":\"gold\",\"seats\":3}"));
        assertThat(verdict.raw().body()).doesNotContain("never shown");
        assertThat(ask(team(Map.of())).json().path("metadata").isNull()).isTrue();
    }

    @Test
    void mode_visibility_and_expiry_are_said() {
        var plain = ask(team(Map.of("expires_in", "none")));
        assertThat(plain.at("mode")).isEqualTo("live");
        assertThat(plain.at("visibility")).isEqualTo("secret");
        assertThat(plain.json().path("expires_at").isNull()).isTrue();
        var test = team(Map.of("mode", "test", "expires_at", "2027-05-04T03:02:01Z"));
        var verdict = api.post("/v1/keys/verify", Map.of("key", test.at("secret"), "mode", "test"));
        assertThat(verdict.at("mode")).isEqualTo("test");
        assertThat(verdict.at("expires_at")).isEqualTo("2027-05-04T03:02:01.000Z");
        api.post(
                        "/v1/scopes",
                        Map.of("name", "pages:read", "title", "Read", "roles", List.of("admin"), "publishable", true))
                .expect(201);
        var publishable = team(Map.of("visibility", "publishable", "scopes", List.of("pages:read")));
        assertThat(ask(publishable).at("visibility")).isEqualTo("publishable");
    }

    @Test
    void for_how_long_an_answer_holds_and_from_where_the_key_works_is_said_to_who_remembers() {
        var forever = ask(team(Map.of("expires_in", "none")));
        assertThat(forever.json().has("cacheable_for_ms")).isFalse();
        assertThat(forever.json().has("cidrs")).isFalse();
        var hour = Duration.ofHours(1).toMillis();
        var bound = team(Map.of("expires_in", "1h", "cidrs", List.of("10.0.0.0/8", "2001:db8::/32")));
        var refused = ask(bound);
        assertThat(refused.code()).isEqualTo("address_not_allowed");
        assertThat(refused.at("cidrs")).isEqualTo("[\"10.0.0.0/8\",\"2001:db8:0:0:0:0:0:0/32\"]");
        assertThat(refused.json().path("cacheable_for_ms").asLong()).isBetween(1L, hour);
        var later = team(Map.of("not_before", Instant.now().plusSeconds(1_800).toString(), "expires_in", "1d"));
        var early = ask(later);
        assertThat(early.code()).isEqualTo("not_yet_valid");
        assertThat(early.at("cacheable")).isEqualTo("true");
        assertThat(early.json().path("cacheable_for_ms").asLong()).isBetween(1L, hour / 2);
    }

    @Test
    void an_answer_that_a_first_use_will_change_is_not_remembered() {
        var old = team(Map.of());
        var fresh = api.post("/v1/keys/" + old.at("id") + "/rotate", Map.of("grace", "1d", "end_at_first_use", true))
                .expect(201);
        var verdict = api.post("/v1/keys/verify", Map.of("key", fresh.at("secret"), "probe", true));
        assertThat(verdict.code()).isEqualTo("allowed");
        assertThat(verdict.at("cacheable")).isEqualTo("false");
        assertThat(ask(old).at("cacheable")).isEqualTo("true");
    }

    @Test
    void an_operators_key_is_the_instances() {
        var key = create(Map.of("type", "operator", "scopes", List.of("keys:verify")));
        var verdict = ask(key);
        assertThat(verdict.at("type")).isEqualTo("operator");
        assertThat(verdict.at("owner/type")).isEqualTo("instance");
    }

    private static Api.Answer team(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "organization", acme, "scopes", List.of("sessions:read")));
        body.putAll(more);
        return create(body);
    }

    private static Api.Answer create(Map<String, ?> body) {
        var named = new HashMap<String, Object>(body);
        named.put("name", "described");
        return api.post("/v1/keys", named).expect(201);
    }

    private static Api.Answer ask(Api.Answer key) {
        return api.post("/v1/keys/verify", Map.of("key", key.at("secret"))).expect(200);
    }

    private static List<String> dependencies(Api.Answer verdict) {
        return StreamSupport.stream(verdict.json().path("depends_on").spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }
}
