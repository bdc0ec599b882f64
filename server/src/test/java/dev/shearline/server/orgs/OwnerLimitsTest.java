package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who sets the limits that keys share. What they do is shown where keys are verified; foreign ids and missing scopes by RouteGuardsTest. */
@Tag("storage")
class OwnerLimitsTest {

    private static final Map<String, ?> LIMITS = Map.of(
            "rate_limits",
            List.of(Map.of("amount", 100, "per", "minute", "burst", 20)),
            "quota",
            Map.of("amount", 10_000, "refill", "month"));

    private static Cluster cluster;
    private static String acme;
    private static String team;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        team = cluster.api()
                .post("/v1/teams", Map.of("organization", acme, "name", "Web"))
                .at("id");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api as(Role role, String unit) {
        var user = cluster.api().post("/v1/users", Map.of("name", "Some")).at("id");
        cluster.api()
                .post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                acme,
                                "user",
                                user,
                                "roles",
                                List.of(Map.of("role", role.wire(), "unit", unit))))
                .expect(201);
        var key = Map.of(
                "type",
                "personal",
                "organization",
                acme,
                "user",
                user,
                "name",
                "n",
                "scopes",
                List.of("policies:write", "organizations:read", "members:read"));
        return cluster.api().as(cluster.api().post("/v1/keys", key).expect(201).at("secret"));
    }

    private static String path(String kind, String id) {
        return "/v1/" + kind + "/" + id + "/limits";
    }

    @Test
    void limits_are_set_shown_and_lifted_and_each_change_is_an_event() {
        var department = cluster.api()
                .post("/v1/departments", Map.of("organization", acme, "name", "Sales", "external_id", "sales"))
                .at("id");
        var path = path("departments", "ext:sales") + "?organization=ext:acme";
        assertThat(cluster.api().get(path).at("rate_limits")).isEqualTo("[]");
        var set = cluster.api().put(path, LIMITS).expect(200);
        assertThat(set.at("id")).isEqualTo(department);
        assertThat(set.at("propagation/complete")).isEqualTo("true");
        var shown = cluster.api().get(path);
        assertThat(shown.at("rate_limits/0/burst")).isEqualTo("20");
        assertThat(shown.at("quota/refill")).isEqualTo("month");
        cluster.api().put(path, LIMITS).expect(200);
        cluster.api().put(path, Map.of()).expect(200);
        assertThat(cluster.api().get(path).at("quota")).isEmpty();
        assertThat(cluster.schema()
                        .query(
                                "SELECT string_agg(convert_from(bytes, 'UTF8'), ' ' ORDER BY at, id) FROM audit_event WHERE target = ?",
                                department))
                .containsOnlyOnce("[\"\",\"100/minute/20 quota/10000/month\"]")
                .containsOnlyOnce("[\"100/minute/20 quota/10000/month\",\"\"]")
                .contains("department.limits_changed");
    }

    @Test
    void an_organization_cannot_lift_its_own_limits() {
        var owner = as(Role.OWNER, acme);
        var answer = owner.put(path("organizations", acme), LIMITS);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.at("detail")).contains("operator");
        assertThat(owner.get(path("organizations", acme)).status()).isEqualTo(200);
    }

    @Test
    void its_owners_divide_what_it_has_and_nobody_else_does() {
        assertThat(as(Role.OWNER, acme).put(path("teams", team), LIMITS).status())
                .isEqualTo(200);
        assertThat(as(Role.ADMIN, acme).put(path("teams", team), Map.of()).status())
                .isEqualTo(403);
        assertThat(as(Role.OWNER, team).put(path("teams", team), Map.of()).status())
                .isEqualTo(403);
    }

    @Test
    void limits_out_of_bounds_are_refused_by_their_field() {
        refused("{\"rate_limits\": [{\"amount\": 0, \"per\": \"day\"}]}", "rate_limits[0].amount");
        refused("{\"rate_limits\": [{\"amount\": 1, \"per\": \"week\"}]}", "rate_limits[0].per");
        refused("{\"quota\": {\"amount\": 1}}", "quota.refill");
        refused("{\"limits\": []}", "limits");
    }

    private static void refused(String body, String field) {
        var answer = cluster.api().ask("PUT", path("teams", team), Optional.of(body));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("field")).isEqualTo(field);
    }
}
