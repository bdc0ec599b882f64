package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where what is right was a question: the answers of decision 0031. */
@Tag("storage")
class DecidedRightsTest {

    private static Cluster cluster;
    private static Api operator;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        operator = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private record Person(String member, Api api) {}

    /** Somebody with one role, and a key that does all that they may. */
    private static Person person(String name, String role) {
        operator.put("/v1/users/ext:" + name, Map.of("name", name)).expect(201);
        var member = operator.post(
                        "/v1/members",
                        Map.of("organization", acme, "user", "ext:" + name, "roles", List.of(Map.of("role", role))))
                .expect(201)
                .at("id");
        var key = operator.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "personal",
                                "organization",
                                acme,
                                "user",
                                "ext:" + name,
                                "name",
                                "n",
                                "scopes",
                                List.of("*")))
                .expect(201);
        return new Person(member, operator.as(key.at("secret")));
    }

    private static Map<String, ?> roles(String role) {
        return Map.of("roles", List.of(Map.of("role", role)));
    }

    @Test
    void owners_alone_change_owners() {
        var olga = person("olga", "owner");
        var otto = person("otto", "owner");
        var adam = person("adam", "admin");
        var narrow = operator.as(cluster.issue(acme, "members:*", "keys:*").at("secret"));
        var path = "/v1/members/" + olga.member();
        for (var other : List.of(adam.api(), narrow)) {
            for (var refused : List.of(other.patch(path, Map.of("roles", List.of())), other.delete(path))) {
                assertThat(refused.code()).isEqualTo("forbidden");
                assertThat(refused.at("detail")).contains("owns the organization", "Ask an owner");
            }
        }
        var whole = operator.as(cluster.issue(acme, "*").at("secret"));
        whole.patch(path, roles("admin")).expect(200);
        otto.api().patch(path, roles("owner")).expect(200);
        olga.api().patch("/v1/members/" + otto.member(), roles("admin")).expect(200);
        adam.api().patch("/v1/members/" + otto.member(), roles("viewer")).expect(200);
        operator.delete(path).expect(200);
        assertThat(cluster.audit(olga.member())).isEqualTo("member.added member.updated member.updated member.removed");
    }

    @Test
    void an_operator_with_members_write_decides_for_the_host_who_holds_what() {
        var host = operator.as(operator.post(
                        "/v1/keys",
                        Map.of("type", "operator", "name", "host", "scopes", List.of("members:read", "members:write")))
                .expect(201)
                .at("secret"));
        var hana = person("hana", "viewer");
        var path = "/v1/members/" + hana.member();
        host.patch(path, roles("owner")).expect(200);
        host.put(path + "/scopes", Map.of("scopes", List.of("keys:*", "policies:write")))
                .expect(200);
        // and nothing by itself
        assertThat(host.put("/v1/organizations/" + acme + "/policy", Map.of()).code())
                .isEqualTo("insufficient_scope");
    }

    @Test
    void who_removes_a_unit_with_its_keys_may_revoke_keys() {
        var team = operator.post("/v1/teams", Map.of("organization", acme, "name", "T"))
                .expect(201)
                .at("id");
        var key = operator.post(
                        "/v1/keys", Map.of("type", "team", "team", team, "name", "n", "scopes", List.<String>of()))
                .expect(201);
        var units = operator.as(cluster.issue(acme, "organizations:*").at("secret"));
        var path = "/v1/teams/" + team;

        assertThat(units.delete(path).code()).isEqualTo("invalid_state");
        var refused = units.delete(path + "?keys=revoke");
        assertThat(refused.code()).isEqualTo("insufficient_scope");
        assertThat(refused.at("detail")).contains("keys:write");
        assertThat(operator.verify(key.at("secret"))).isEqualTo("allowed");
        operator.as(cluster.issue(acme, "organizations:*", "keys:write").at("secret"))
                .delete(path + "?keys=revoke")
                .expect(200);
        assertThat(operator.verify(key.at("secret"))).isEqualTo("revoked");
    }

    @Test
    void a_member_who_holds_audit_read_at_the_organization_reads_its_audit_log() {
        var vera = person("vera", "viewer");
        var scopes = "/v1/members/" + vera.member() + "/scopes";
        assertThat(vera.api().get("/v1/audit-events").status()).isEqualTo(403);

        operator.put(scopes, Map.of("scopes", List.of("audit:read"))).expect(200);
        var events = vera.api().get("/v1/audit-events?action=member.added").expect(200);
        assertThat(events.raw().body()).contains(vera.member());

        // at a team it is no right to read what concerns all
        var team = operator.post("/v1/teams", Map.of("organization", acme, "name", "Part"))
                .expect(201)
                .at("id");
        operator.patch("/v1/members/" + vera.member(), Map.of("roles", List.of(Map.of("role", "admin", "unit", team))))
                .expect(200);
        assertThat(vera.api().get("/v1/audit-events").code()).isEqualTo("forbidden");
    }

    @Test
    void an_owner_changes_the_policy_and_the_host_the_plan() {
        var owner = person("oona", "owner");
        var path = "/v1/organizations/" + acme;
        owner.api()
                .patch(path + "/policy", Map.of("rotation_due_after_days", 90))
                .expect(200);
        owner.api().get(path + "/plan").expect(200);
        assertThat(owner.api().patch(path + "/plan", Map.of("plan", "scale")).status())
                .isEqualTo(403);
    }

    @Test
    void a_key_that_ends_soon_makes_one_that_lives_on() {
        var pipeline = operator.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "ci",
                                "organization",
                                acme,
                                "name",
                                "n",
                                "scopes",
                                List.of("keys:write"),
                                "expires_in",
                                "1h"))
                .expect(201);
        var made = operator.as(pipeline.at("secret"))
                .post("/v1/keys", Map.of("type", "team", "name", "n", "scopes", List.<String>of(), "expires_in", "30d"))
                .expect(201);
        assertThat(Instant.parse(made.at("expires_at"))).isAfter(Instant.now().plus(Duration.ofDays(29)));
    }
}
