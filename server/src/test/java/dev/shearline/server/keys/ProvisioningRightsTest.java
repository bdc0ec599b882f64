package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A key that makes keys is not thereby one that makes organizations and renames people. */
@Tag("storage")
class ProvisioningRightsTest {

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api operatorWith(String... scopes) {
        var key = cluster.api()
                .post("/v1/keys", Map.of("type", "operator", "name", "part", "scopes", List.of(scopes)))
                .expect(201);
        return cluster.api().as(key.at("secret"));
    }

    private static Map<String, Object> with(Map<String, Object> owner) {
        var body = new java.util.HashMap<String, Object>(owner);
        body.put("type", owner.containsKey("user") ? "personal" : "team");
        body.put("name", "bot");
        body.put("scopes", List.of());
        return body;
    }

    @Test
    void objects_need_the_scopes_that_their_own_routes_need() {
        var organization = Map.<String, Object>of("organization", Map.of("external_id", "made", "name", "Made"));
        var refused =
                operatorWith("keys:write").post("/v1/keys", with(organization)).expect(403);
        assertThat(refused.code()).isEqualTo("insufficient_scope");
        assertThat(refused.at("detail")).contains("organizations:write");
        assertThat(refused.raw().headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("scope=\"organizations:write\"");
        assertThat(cluster.schema().query("SELECT count(*) FROM organization WHERE external_id = 'made'"))
                .isEqualTo("0");

        var both = operatorWith("keys:write", "organizations:write");
        both.post("/v1/keys", with(organization)).expect(201);
        var user =
                Map.<String, Object>of("organization", "ext:acme", "user", Map.of("external_id", "ada", "name", "Ada"));
        assertThat(both.post("/v1/keys", with(user)).expect(403).at("detail")).contains("members:write");
        operatorWith("keys:write", "organizations:write", "members:write")
                .post("/v1/keys", with(user))
                .expect(201);
    }

    @Test
    void what_is_named_needs_no_more_than_the_right_to_make_keys() {
        operatorWith("keys:write")
                .post("/v1/keys", with(Map.of("organization", "ext:acme")))
                .expect(201);
    }

    @Test
    void a_user_as_an_object_needs_the_scope_of_the_users_too() {
        cluster.organization("staff");
        var member = Map.of("organization", "ext:staff", "user", Map.of("external_id", "max", "name", "Max"));
        var refused = operatorWith("members:write").post("/v1/members", member).expect(403);
        assertThat(refused.code()).isEqualTo("insufficient_scope");
        assertThat(refused.at("detail")).contains("organizations:write");
        assertThat(cluster.schema().query("SELECT count(*) FROM app_user WHERE external_id = 'max'"))
                .isEqualTo("0");
        operatorWith("members:write", "organizations:write")
                .post("/v1/members", member)
                .expect(201);
        var named = operatorWith("members:write");
        cluster.organization("staff2");
        named.post("/v1/members", Map.of("organization", "ext:staff2", "user", "ext:max"))
                .expect(201);
    }

    @Test
    void a_personal_organization_is_founded_by_who_may_found_one() {
        var user = cluster.api()
                .put("/v1/users/ext:solo", Map.of("name", "Solo"))
                .expect(201)
                .at("id");
        var personal = Map.<String, Object>of("type", "personal", "name", "n", "scopes", List.of(), "user", user);
        var keysOnly = operatorWith("keys:write");
        assertThat(keysOnly.post("/v1/keys", personal).expect(403).at("detail")).contains("organizations:write");
        assertThat(operatorWith("keys:write", "organizations:write")
                        .post("/v1/keys", personal)
                        .expect(403)
                        .at("detail"))
                .contains("members:write");
        assertThat(cluster.schema().query("SELECT count(*) FROM organization WHERE personal_user_id = ?", user))
                .isEqualTo("0");
        operatorWith("keys:write", "organizations:write", "members:write")
                .post("/v1/keys", personal)
                .expect(201);
        keysOnly.post("/v1/keys", personal).expect(201);

        cluster.schema().execute("UPDATE membership SET state = 'removed' WHERE user_id = ?", user);
        assertThat(keysOnly.post("/v1/keys", personal).expect(403).at("detail"))
                .as("a membership would be made")
                .contains("members:write");
    }

    @Test
    void a_personal_organization_is_made_once_and_its_user_owns_it() {
        var user = cluster.api()
                .put("/v1/users/ext:auth0%7Cuna", Map.of("name", "Una"))
                .expect(201)
                .at("id");
        var first = personalKey(user);
        var home = first.at("organization/id");
        assertThat(first.at("owner/type")).isEqualTo("user");
        assertThat(first.at("owner/id")).isEqualTo(user);
        assertThat(first.at("owner/external_id")).isEqualTo("auth0|una");
        assertThat(first.at("boundary/id")).isEqualTo(home);
        var organization = cluster.api().get("/v1/organizations/" + home).expect(200);
        assertThat(organization.at("personal")).isEqualTo("true");
        assertThat(organization.at("name")).isEqualTo("Una");
        var members = cluster.api().get("/v1/members?organization=" + home).expect(200);
        assertThat(members.at("items/0/user/id")).isEqualTo(user);
        assertThat(members.at("items/0/roles")).isEqualTo("[{\"unit\":\"" + home + "\",\"role\":\"owner\"}]");
        assertThat(personalKey(user).at("organization/id")).isEqualTo(home);
        assertThat(personalKey("ext:auth0|una").at("organization/id")).isEqualTo(home);
        assertThat(cluster.schema().query("SELECT count(*) FROM organization WHERE personal_user_id = ?", user))
                .isEqualTo("1");
        assertThat(cluster.api()
                        .get("/v1/organizations/" + cluster.organization("corp"))
                        .at("personal"))
                .isEqualTo("false");
    }

    private static Api.Answer personalKey(String user) {
        return cluster.api()
                .post("/v1/keys", Map.of("type", "personal", "name", "n", "scopes", List.of(), "user", user))
                .expect(201);
    }

    @Test
    void the_instance_itself_is_no_organization() {
        for (var type : List.of("team", "ci", "ephemeral")) {
            var answer = cluster.api()
                    .post(
                            "/v1/keys",
                            Map.of("type", type, "name", "x", "organization", "org_instance", "scopes", List.of()))
                    .expect(404);
            assertThat(answer.at("field")).isEqualTo("organization");
        }
    }
}
