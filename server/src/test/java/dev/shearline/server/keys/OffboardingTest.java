package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Before a member goes: which keys end, and which stay that they know the secret of. */
class OffboardingTest {

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

    private static String member(String user, String role) {
        api.put("/v1/users/ext:" + user, Map.of("name", user)).expect(201);
        return api.post(
                        "/v1/members",
                        Map.of("organization", acme, "user", "ext:" + user, "roles", List.of(Map.of("role", role))))
                .expect(201)
                .at("id");
    }

    private static Api.Answer make(Api caller, Map<String, String> owner) {
        var body = new HashMap<String, Object>(owner);
        body.put("organization", acme);
        body.put("name", "n");
        body.put("scopes", List.of("keys:read", "keys:write", "members:read"));
        return caller.post("/v1/keys", body).expect(201);
    }

    @Test
    void it_shows_what_dies_with_the_member_and_what_they_made_that_stays() {
        var leaver = member("ann", "admin");
        var own = make(api, Map.of("type", "personal", "user", "ext:ann"));
        var hers = api.as(own.at("secret"));
        var team = make(hers, Map.of("type", "team"));
        var ended = make(hers, Map.of("type", "team"));
        api.post("/v1/keys/" + ended.at("id") + "/revoke").expect(200);
        var written = cluster.schema().query("SELECT count(*) FROM audit_event");
        var preview = api.get("/v1/members/" + leaver + "/offboarding").expect(200);
        assertThat(preview.at("member/id")).isEqualTo(leaver);
        assertThat(preview.at("last_owner")).isEqualTo("false");
        assertThat(preview.at("ends/count")).isEqualTo("1");
        assertThat(preview.at("ends/items/0/id")).isEqualTo(own.at("id"));
        assertThat(preview.at("stays/count")).isEqualTo("1");
        assertThat(preview.at("stays/items/0/id")).isEqualTo(team.at("id"));
        assertThat(cluster.schema().query("SELECT count(*) FROM audit_event")).isEqualTo(written);
        api.delete("/v1/members/" + leaver).expect(200);
        assertThat(api.verify(own.at("secret"))).isEqualTo("revoked");
        assertThat(api.verify(team.at("secret"))).isEqualTo("allowed");
    }

    @Test
    void the_last_owner_is_told_so() {
        var owner = member("olga", "owner");
        assertThat(api.get("/v1/members/" + owner + "/offboarding").at("last_owner"))
                .isEqualTo("true");
    }

    @Test
    void it_is_for_those_who_may_remove_the_member() {
        var leaver = member("bob", "developer");
        var path = "/v1/members/" + leaver + "/offboarding";
        var admin = api.as(make(api, Map.of("type", "personal", "user", "ext:" + named(member("adm", "admin"))))
                .at("secret"));
        assertThat(admin.get(path).status()).isEqualTo(200);
        var bob =
                api.as(make(api, Map.of("type", "personal", "user", "ext:bob")).at("secret"));
        assertThat(bob.get(path).status()).isEqualTo(403);
        assertThat(api.as("").get(path).status()).isEqualTo(401);
        var foreign = api.as(cluster.issue(cluster.organization("other"), "*").at("secret"));
        assertThat(foreign.get(path).status()).isEqualTo(404);
        assertThat(foreign.get("/v1/members/mem_nobody/offboarding").status()).isEqualTo(404);
        var reader = api.as(cluster.issue(acme, "members:read").at("secret"));
        assertThat(reader.get(path).code()).isEqualTo("insufficient_scope");
    }

    /** The user's own id of a member that was made here. */
    private static String named(String member) {
        return api.get("/v1/members/" + member).at("user/external_id");
    }
}
