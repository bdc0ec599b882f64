package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.Wire;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A network that loses what is sent and says nothing: no connection ends, and none is refused. */
class SilenceTest {

    private static final String FORWARD_AUTH = "/v1/forward-auth";

    @Test
    void a_node_that_hears_nothing_says_503_and_never_allows_what_was_revoked_meanwhile() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var cluster = Cluster.start(1, Map.of(Setting.FEED_MAX_STALENESS, "2s"));
                var deaf = cluster.joinThrough(wire)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            var api = new Api(Cluster.uri(deaf), cluster.operator());
            Eventually.isTrue(
                    "it serves",
                    () -> deaf.isReady() && api.verify(key.at("secret")).equals("allowed"));
            wire.fallSilent();
            // complete once the deaf node is fenced, at the latest
            Eventually.isTrue(
                    "the revocation is complete",
                    () -> cluster.api()
                            .post("/v1/keys/" + key.at("id") + "/revoke")
                            .expect(200)
                            .at("propagation/complete")
                            .equals("true"));
            assertSilent(api, key.at("secret"), cluster.operator().reveal());
            wire.speak();
            Eventually.isTrue("it serves again", () -> {
                var answer = api.post("/v1/keys/verify", Map.of("key", key.at("secret")));
                assertThat(answer.code()).isIn("unavailable", "revoked");
                return answer.code().equals("revoked");
            });
        }
    }

    @Test
    void after_a_silence_a_node_goes_on_over_a_connection_that_answers_and_does_not_wait_for_the_old_one() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var cluster = Cluster.start(1, Map.of(Setting.FEED_MAX_STALENESS, "2s"));
                var deaf = cluster.joinThrough(wire);
                var log = CapturedLog.of("dev.shearline.server.feed.Lines")) {
            var key =
                    cluster.issue(cluster.organization("acme"), "sessions:read").at("secret");
            var api = new Api(Cluster.uri(deaf), cluster.operator());
            var question = Map.of("key", key);
            Eventually.isTrue(
                    "it serves",
                    () -> deaf.isReady()
                            && api.post("/v1/keys/verify", question).status() == 200);
            wire.fallSilent();
            Eventually.isTrue(
                    "it is fenced", () -> api.post("/v1/keys/verify", question).status() == 503);
            wire.speakAnew();
            Eventually.isTrue(
                    "it serves again",
                    () -> api.post("/v1/keys/verify", question).code().equals("allowed"));
            // else the old one would have been waited for until its time was over
            assertThat(log.lines()).isNotEmpty().allMatch(line -> line.contains("but over another connection"));
        }
    }

    /** In whatever words it is asked. */
    private static void assertSilent(Api api, String key, String verifier) {
        var answers = java.util.List.of(
                api.post("/v1/keys/verify", Map.of("key", key)),
                api.postForm("/oauth/introspect", "token=" + key),
                api.postForm("/oauth/revoke", "token=" + key),
                api.as(key).get(FORWARD_AUTH, Map.of("X-Shearline-Verifier-Key", verifier)));
        for (var answer : answers) {
            assertThat(answer.expect(503).code()).isEqualTo("unavailable");
            assertThat(answer.raw().headers().firstValue("Retry-After")).contains("1");
        }
    }
}
