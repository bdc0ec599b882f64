package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Gate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A failover or a restore takes the database back to before a revocation. */
@Tag("storage")
class ForkedHistoryTest {

    @Test
    void a_key_that_comes_back_to_life_stays_refused_is_disabled_and_waits_for_an_operator() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            cluster.api(0).post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            var tenant = cluster.issue(acme, "keys:write");
            loseRevocation(cluster, key, "active");
            waitsForAnOperator(cluster, tenant, key);
            assertThat(cluster.audit(key.at("id"))).isEqualTo("key.created key.revoked key.disabled key.enabled");
        }
    }

    @Test
    void a_key_that_was_disabled_before_its_lost_revocation_waits_for_an_operator_too() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            cluster.api(0).post("/v1/keys/" + key.at("id") + "/disable").expect(200);
            cluster.api(0).post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            var tenant = cluster.issue(acme, "keys:write");
            loseRevocation(cluster, key, "disabled");
            waitsForAnOperator(cluster, tenant, key);
        }
    }

    /** The row is as it was before, and the feed has another history. */
    private static void loseRevocation(Cluster cluster, Api.Answer key, String state) {
        cluster.schema().execute("""
                WITH back AS (UPDATE api_key SET state = ?, version = version - 1, revoked_at = NULL, revoked_cause = NULL
                               WHERE id = ?)
                UPDATE feed_entry SET tag = tag # 1 WHERE epoch = (SELECT epoch FROM epoch_counter)
                """, state, key.at("id"));
    }

    private static void waitsForAnOperator(Cluster cluster, Api.Answer issued, Api.Answer key) {
        Eventually.isTrue(
                "the key is disabled by an ordinary change",
                () -> "history_forked"
                        .equals(cluster.schema()
                                .query("SELECT disabled_cause FROM api_key WHERE id = ?", key.at("id"))));
        for (int node = 0; node < 2; node++) {
            assertRefused(cluster, node, key.at("secret"));
        }
        var tenant = cluster.api(0).as(issued.at("secret"));
        var enable = "/v1/keys/" + key.at("id") + "/enable";
        Eventually.isTrue(
                "an organization's own key does not lift it",
                () -> tenant.post(enable).code().equals("forbidden"));
        assertThat(cluster.schema().query("SELECT state FROM api_key WHERE id = ?", key.at("id")))
                .isEqualTo("disabled");
        Eventually.isTrue(
                "an operator lifts it", () -> cluster.api(1).post(enable).status() == 200);
        for (int node = 0; node < 2; node++) {
            int asked = node;
            Eventually.isTrue(
                    "node " + node + " allows it",
                    () -> cluster.api(asked)
                            .post("/v1/keys/verify", Map.of("key", key.at("secret")))
                            .code()
                            .equals("allowed"));
        }
    }

    @Test
    void a_key_that_a_node_knows_to_be_dead_calls_no_api_before_it_is_disabled() {
        try (var cluster = Cluster.start(1)) {
            var key = cluster.issue(cluster.organization("acme"), "keys:*");
            var holder = cluster.api().as(key.at("secret"));
            holder.get("/v1/keys").expect(200);
            cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);

            try (var disabling = Gate.shut(cluster.schema(), "api_key", "NEW.state = 'disabled'")) {
                cluster.schema().execute("""
                        WITH back AS (UPDATE api_key SET state = 'active', version = version - 1, revoked_at = NULL, revoked_cause = NULL
                                       WHERE id = ?)
                        UPDATE feed_entry SET tag = tag # 1 WHERE epoch = (SELECT epoch FROM epoch_counter)
                        """, key.at("id"));
                disabling.awaitSomebody();
                assertThat(cluster.schema().query("SELECT state FROM api_key WHERE id = ?", key.at("id")))
                        .as("what the primary says")
                        .isEqualTo("active");
                for (var path : List.of("/v1/keys", "/v1/keys/self")) {
                    var refused = holder.get(path).expect(401);
                    assertThat(refused.at("detail"))
                            .isEqualTo("The key was dead before the database went back in time.");
                }
                holder.post("/v1/keys", Map.of("type", "ci", "name", "n", "scopes", List.of()))
                        .expect(401);
            }
        }
    }

    /** While it loads again a node answers nothing; what it answers is never "allowed". */
    private static void assertRefused(Cluster cluster, int node, String secret) {
        Eventually.isTrue("node " + node + " answers, and refuses", () -> {
            var answer = cluster.api(node).post("/v1/keys/verify", Map.of("key", secret));
            assertThat(answer.code()).isIn("revoked", "disabled", "unavailable");
            return answer.status() == 200;
        });
    }
}
