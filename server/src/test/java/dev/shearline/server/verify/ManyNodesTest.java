package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one node has done holds on the others when the answer is there. */
@Tag("storage")
class ManyNodesTest {

    @ParameterizedTest(name = "wake-up {0}")
    @ValueSource(strings = {"on", "off"})
    void a_key_works_on_the_next_node_at_once_and_is_dead_on_all_when_revoked(String wakeUp) {
        try (var cluster = Cluster.start(3, Map.of(Setting.FEED_WAKE_UP, wakeUp))) {
            var acme = cluster.organization("acme");
            for (int round = 0; round < 10; round++) {
                var key = cluster.api(round % 3)
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "team",
                                        "name",
                                        "k",
                                        "organization",
                                        acme,
                                        "scopes",
                                        List.of("sessions:read")))
                        .expect(201);
                assertThat(key.at("propagation/complete")).isEqualTo("true");
                assertThat(key.at("propagation/nodes")).isEqualTo("3");
                assertThat(cluster.api((round + 1) % 3).verify(key.at("secret")))
                        .isEqualTo("allowed");
                var revoked = cluster.api((round + 2) % 3)
                        .post("/v1/keys/" + key.at("id") + "/revoke")
                        .expect(200);
                assertThat(revoked.at("propagation/complete")).isEqualTo("true");
                assertThat(revoked.at("propagation/acknowledged")).isEqualTo("3");
                // by polls alone, too
                assertThat(Long.parseLong(revoked.at("propagation/took_ms")))
                        .isLessThanOrEqualTo(FeedNode.REMOVING_WAIT.toMillis());
                for (int node = 0; node < 3; node++) {
                    assertThat(cluster.api(node).verify(key.at("secret"))).isEqualTo("revoked");
                }
            }
        }
    }

    @Test
    void revoking_again_changes_nothing_keeps_the_first_reason_and_tells_the_truth_about_every_node() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            cluster.api(0)
                    .post("/v1/keys/" + key.at("id") + "/revoke", Map.of("reason", "first"))
                    .expect(200);
            var again = cluster.api(1)
                    .post("/v1/keys/" + key.at("id") + "/revoke", Map.of("reason", "second"))
                    .expect(200);
            assertThat(again.at("reason")).isEqualTo("first");
            assertThat(again.at("propagation/complete")).isEqualTo("true");
            assertThat(cluster.audit(key.at("id"))).isEqualTo("key.created key.revoked");
        }
    }

    @Test
    void a_rotation_that_ends_at_the_first_use_ends_the_old_key_then_and_not_for_a_probe() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var old = cluster.issue(acme, "sessions:read");
            var fresh = cluster.api(0)
                    .post("/v1/keys/" + old.at("id") + "/rotate", Map.of("grace", "30d", "end_at_first_use", true))
                    .expect(201);
            assertThat(fresh.at("rotated_from")).isEqualTo(old.at("id"));
            assertThat(cluster.api(1)
                            .post("/v1/keys/verify", Map.of("key", fresh.at("secret"), "probe", true))
                            .code())
                    .isEqualTo("allowed");
            assertThat(cluster.api(1).verify(old.at("secret"))).isEqualTo("allowed");
            assertThat(cluster.api(1).verify(fresh.at("secret"))).isEqualTo("allowed");
            Eventually.isTrue(
                    "the old key has ended",
                    () -> cluster.api(0).verify(old.at("secret")).equals("revoked"));
            assertThat(cluster.api(0).get("/v1/keys/" + old.at("id")).at("cause"))
                    .isEqualTo("rotated");
            Eventually.isTrue(
                    "the flag is gone",
                    () -> cluster.api(1)
                            .post("/v1/keys/verify", Map.of("key", fresh.at("secret")))
                            .at("cacheable")
                            .equals("true"));
        }
    }

    @Test
    void a_grace_that_ends_ends_the_old_key_on_every_node_and_not_the_new_one() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var old = cluster.issue(acme, "sessions:read");
            var fresh = cluster.api(0)
                    .post("/v1/keys/" + old.at("id") + "/rotate", Map.of("grace", "2s"))
                    .expect(201);
            var code = cluster.api(1).verify(old.at("secret"));
            // a machine that is busy for two seconds has missed the grace
            assertThat(code).isIn("allowed", "expired");
            for (int node = 0; node < 2; node++) {
                var api = cluster.api(node);
                Eventually.isTrue(
                        "the grace has ended",
                        () -> api.verify(old.at("secret")).equals("expired"));
                assertThat(api.verify(fresh.at("secret"))).isEqualTo("allowed");
            }
            assertThat(cluster.api(0).get("/v1/keys/" + old.at("id")).at("status"))
                    .isEqualTo("expired");
        }
    }

    @Test
    void a_node_that_leaves_is_waited_for_no_more() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            cluster.node(1).close();
            var revoked =
                    cluster.api(0).post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            assertThat(revoked.at("propagation/nodes")).isEqualTo("1");
            assertThat(revoked.at("propagation/complete")).isEqualTo("true");
        }
    }

    @Test
    void the_end_of_an_organization_reaches_every_key_by_one_record() {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var keys = List.of(cluster.issue(acme, "sessions:read"), cluster.issue(acme, "audit:read"));
            var closed = cluster.api(0).delete("/v1/organizations/" + acme).expect(200);
            assertThat(closed.at("propagation/complete")).isEqualTo("true");
            for (var key : keys) {
                assertThat(cluster.api(1).verify(key.at("secret"))).isEqualTo("owner_inactive");
            }
        }
    }
}
