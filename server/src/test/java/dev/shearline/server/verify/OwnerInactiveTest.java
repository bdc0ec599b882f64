package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A key is worth what its owner is worth now, on every node, from the moment on in which the change is complete. */
@Tag("storage")
class OwnerInactiveTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        api = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String member(String user) {
        api.put("/v1/users/ext:" + user, Map.of("name", user)).expect(201);
        return api.post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                acme,
                                "user",
                                "ext:" + user,
                                "roles",
                                List.of(Map.of("role", "developer"))))
                .expect(201)
                .at("id");
    }

    private static String personal(String user) {
        return key(Map.of("type", "personal", "organization", acme, "user", "ext:" + user));
    }

    private static String key(Map<String, Object> owner) {
        var body = new java.util.HashMap<>(owner);
        body.put("name", "owned");
        body.put("scopes", List.of());
        return api.post("/v1/keys", body).expect(201).at("secret");
    }

    private static void isOnBothNodes(String code, String secret) {
        for (int node = 0; node < 2; node++) {
            assertThat(cluster.api(node).verify(secret)).isEqualTo(code);
        }
    }

    @Test
    void a_disabled_users_keys_are_refused_until_the_user_is_enabled() {
        member("ann");
        var secret = personal("ann");
        isOnBothNodes("allowed", secret);
        var disabled = api.post("/v1/users/ext:ann/disable").expect(200);
        assertThat(disabled.at("propagation/complete")).isEqualTo("true");
        isOnBothNodes("owner_inactive", secret);
        api.post("/v1/users/ext:ann/enable").expect(200);
        isOnBothNodes("allowed", secret);
    }

    @Test
    void who_is_no_member_any_more_has_no_keys() {
        var member = member("bob");
        var secret = personal("bob");
        isOnBothNodes("allowed", secret);
        var removed = api.delete("/v1/members/" + member).expect(200);
        assertThat(removed.at("propagation/complete")).isEqualTo("true");
        isOnBothNodes("revoked", secret);
    }

    @Test
    void the_keys_of_a_removed_team_are_dead() {
        api.put("/v1/teams/ext:web", Map.of("organization", acme, "name", "Web"))
                .expect(201);
        var secret = key(Map.of("type", "team", "organization", acme, "team", "ext:web"));
        isOnBothNodes("allowed", secret);
        var removed =
                api.delete("/v1/teams/ext:web?keys=revoke&organization=" + acme).expect(200);
        assertThat(removed.at("propagation/complete")).isEqualTo("true");
        isOnBothNodes("revoked", secret);
    }
}
