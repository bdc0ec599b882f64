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
