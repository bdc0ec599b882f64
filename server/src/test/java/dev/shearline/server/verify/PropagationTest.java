package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Gate;
import dev.shearline.server.testing.Holding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an answer says of the other nodes. */
@Tag("storage")
class PropagationTest {

    private static final Duration CLOCK_ERROR = Duration.ofSeconds(5);

    @Test
    void a_complete_revocation_is_dead_by_now() {
        try (var cluster = Cluster.start(2)) {
            var key = cluster.issue(cluster.organization("acme"), "sessions:read");
            var before = Instant.now();
            var revoked =
                    cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            assertThat(revoked.at("propagation/complete")).isEqualTo("true");
            assertThat(revoked.at("propagation/pending")).isEqualTo("0");
            assertThat(revoked.at("epoch")).isNotEmpty();
            assertThat(revoked.at("tag")).hasSize(16);
            assertThat(Instant.parse(revoked.at("propagation/dead_by")))
                    .isBetween(before.minus(CLOCK_ERROR), Instant.now().plus(CLOCK_ERROR));
        }
    }

    @Test
    void a_revocation_that_cannot_be_numbered_is_made_and_says_that_nobody_knows_when() {
        try (var cluster = Cluster.start(2)) {
            var key = cluster.issue(cluster.organization("acme"), "sessions:read");
            try (var _ = Holding.after(cluster.schema(), "SELECT epoch FROM epoch_counter FOR UPDATE")) {
                var revoked = cluster.api()
                        .post("/v1/keys/" + key.at("id") + "/revoke")
                        .expect(200);
                assertThat(revoked.at("status")).isEqualTo("revoked");
                assertThat(revoked.at("propagation/complete")).isEqualTo("false");
                for (var unknown : List.of("epoch", "tag", "propagation/dead_by")) {
                    assertThat(revoked.json().at("/" + unknown).isNull())
                            .as(unknown)
                            .isTrue();
                }
            }
            for (int node = 0; node < 2; node++) {
                var api = cluster.api(node);
                Eventually.isTrue(
                        "numbered, and refused",
                        () -> api.post("/v1/keys/verify", Map.of("key", key.at("secret")))
                                .code()
                                .equals("revoked"));
            }
        }
    }

    @Test
    void changes_that_give_rights_do_not_fail_because_a_node_is_slow() {
        try (var cluster = Cluster.start(1, Map.of(Setting.FEED_MAX_STALENESS, "60s"))) {
            var acme = cluster.organization("acme");
            var disabled = cluster.issue(acme, "sessions:read");
            cluster.api().post("/v1/keys/" + disabled.at("id") + "/disable").expect(200);
            var old = cluster.issue(acme, "sessions:read");
            var first = cluster.schema().query("SELECT id FROM node");
            cluster.join();
            try (var gate = Gate.shut(cluster.schema(), "node", "NEW.id <> '" + first + "'")) {
                gate.awaitSomebody();
                pending(cluster.issue(acme, "sessions:read"));
                pending(cluster.api()
                        .post("/v1/keys/" + disabled.at("id") + "/enable")
                        .expect(200));
                pending(cluster.api()
                        .post("/v1/keys/" + old.at("id") + "/rotate", Map.of("grace", "1h"))
                        .expect(201));
            }
        }
    }

    private static void pending(Api.Answer answer) {
        assertThat(answer.at("propagation/complete")).isEqualTo("false");
        assertThat(answer.at("propagation/nodes")).isEqualTo("2");
        assertThat(answer.at("propagation/acknowledged")).isEqualTo("1");
        assertThat(answer.at("propagation/pending")).isEqualTo("1");
        assertThat(answer.at("epoch")).isNotEmpty();
    }
}
