package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A key of a unit, whatever scopes it holds, changes that unit and those below it, and nothing of the organization around them. */
@Tag("storage")
class ReachOfKeysTest {

    private static Cluster cluster;
    private static String acme;
    private static String research;
    private static String lab;
    private static String sales;
    private static String member;
    private static Api ofResearch;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        var operator = cluster.api();
        acme = cluster.organization("acme");
        research = unit(operator, "departments", Map.of("organization", acme, "name", "Research"));
        lab = unit(operator, "teams", Map.of("organization", acme, "department", research, "name", "Lab"));
        sales = unit(operator, "departments", Map.of("organization", acme, "name", "Sales"));
        operator.put("/v1/users/ext:ann", Map.of("name", "Ann")).expect(201);
        member = operator.post("/v1/members", Map.of("organization", acme, "user", "ext:ann", "roles", List.of()))
                .expect(201)
                .at("id");
        var key = Map.of("type", "team", "name", "all of research", "department", research, "scopes", List.of("*"));
        ofResearch = operator.as(operator.post("/v1/keys", key).expect(201).at("secret"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String unit(Api api, String kind, Map<String, ?> body) {
        return api.post("/v1/" + kind, body).expect(201).at("id");
    }

    private static void refused(Api.Answer answer, String named) {
        var written = cluster.schema().query("SELECT count(*) FROM audit_event");
        assertThat(answer.expect(403).code()).isEqualTo("forbidden");
        assertThat(answer.at("detail")).contains(named);
        assertThat(cluster.schema().query("SELECT count(*) FROM audit_event")).isEqualTo(written);
    }

    @Test
    void its_own_unit_and_those_below_are_its_to_change() {
        var team = unit(ofResearch, "teams", Map.of("department", research, "name", "Made by the department"));
        ofResearch.patch("/v1/teams/" + team, Map.of("name", "Renamed")).expect(200);
        ofResearch
                .patch("/v1/departments/" + research, Map.of("name", "Research"))
                .expect(200);
        ofResearch.delete("/v1/teams/" + team).expect(200);
    }

    @Test
    void units_beside_and_above_it_are_not() {
        refused(ofResearch.post("/v1/departments", Map.of("name", "Mine")), acme);
        refused(ofResearch.post("/v1/teams", Map.of("name", "Mine")), acme);
        refused(ofResearch.post("/v1/teams", Map.of("department", sales, "name", "Mine")), sales);
        refused(ofResearch.patch("/v1/departments/" + sales, Map.of("name", "Mine")), sales);
        refused(ofResearch.patch("/v1/teams/" + lab, Map.of("department", sales)), sales);
        refused(ofResearch.delete("/v1/departments/" + sales), sales);
    }

    @Test
    void the_organization_and_its_members_are_not() {
        refused(ofResearch.patch("/v1/organizations/" + acme, Map.of("name", "Mine")), acme);
        refused(ofResearch.post("/v1/members", Map.of("user", "ext:ann", "roles", List.of())), acme);
        var owner = Map.of("roles", List.of(Map.of("role", "owner")));
        refused(ofResearch.patch("/v1/members/" + member, owner), acme);
        refused(ofResearch.delete("/v1/members/" + member), acme);
    }

    @Test
    void keys_outside_it_are_neither_seen_nor_made() {
        var ofOrganization = cluster.issue(acme, "keys:read").at("id");
        ofResearch.get("/v1/keys/" + ofOrganization).expect(404);
        ofResearch.post("/v1/keys/" + ofOrganization + "/revoke").expect(404);
        var made = ofResearch.post(
                "/v1/keys", Map.of("type", "team", "name", "x", "department", sales, "scopes", List.of()));
        assertThat(made.status()).isIn(403, 404);
        assertThat(ofResearch
                        .post("/v1/keys", Map.of("type", "ci", "name", "x", "scopes", List.of()))
                        .status())
                .isIn(403, 404);
    }
}
