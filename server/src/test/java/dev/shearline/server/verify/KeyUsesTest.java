package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an answer leaves behind. */
@Tag("storage")
class KeyUsesTest {

    @Test
    void an_allowed_use_is_written_with_the_address_that_was_given_and_a_probe_or_a_refusal_is_not() {
        try (var cluster = Cluster.start(1)) {
            var acme = cluster.organization("acme");
            var probed = cluster.issue(acme, "sessions:read");
            var refused = cluster.issue(acme, "sessions:read");
            var allowed = cluster.issue(acme, "sessions:read");
            assertThat(ask(cluster, probed, Map.of("probe", true, "address", "203.0.113.1")))
                    .isEqualTo("allowed");
            assertThat(ask(cluster, refused, Map.of("mode", "test", "address", "203.0.113.2")))
                    .isEqualTo("wrong_mode");
            assertThat(ask(cluster, allowed, Map.of("address", "203.0.113.3"))).isEqualTo("allowed");
            // what was noted before it would be written before it, or with it
            Eventually.isTrue(
                    "the allowed use is written",
                    () -> !shown(cluster, allowed, "last_used_at").isEmpty());
            assertThat(shown(cluster, allowed, "last_used_address")).isEqualTo("203.0.113.3");
            for (var key : new Api.Answer[] {probed, refused}) {
                assertThat(shown(cluster, key, "last_used_at")).isEmpty();
                assertThat(shown(cluster, key, "last_used_address")).isEmpty();
            }
        }
    }

    private static String ask(Cluster cluster, Api.Answer key, Map<String, ?> more) {
        var question = new java.util.HashMap<String, Object>(more);
        question.put("key", key.at("secret"));
        return cluster.api().post("/v1/keys/verify", question).expect(200).code();
    }

    private static String shown(Cluster cluster, Api.Answer key, String field) {
        return cluster.api().get("/v1/keys/" + key.at("id")).expect(200).at(field);
    }
}
