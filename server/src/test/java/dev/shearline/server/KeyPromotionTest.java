package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.InstanceKeysFile;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.Receiver;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No node meets an instance key that it does not have. */
@Tag("storage")
class KeyPromotionTest {

    @TempDir
    Path directory;

    private TestSchema schema;
    private NodeSettings settings;

    @BeforeEach
    void makeSchema() {
        schema = TestSchema.create();
        settings = new NodeSettings(schema, directory);
    }

    private void node(String id, String lease) {
        schema.execute(
                "INSERT INTO node (id, version, address, applied, staleness_ms, lease_until)"
                        + " VALUES (?, 'x', 'y', 1, 10000, now() + CAST(? AS interval))",
                id,
                lease);
    }

    private InstanceKeys keys() {
        return InstanceKeys.read(directory.resolve("instance.keys"));
    }

    @Test
    void several_nodes_need_a_key_that_all_of_them_have() {
        var first = keys().newest();
        node("node_a", "1 hour");
        node("node_b", "1 hour");

        assertThat(KeyPromotion.promote(settings.parse())).isEqualTo(new KeyPromotion.Outcome.NotPrepared(2));
        assertThat(keys().ids()).containsExactly(first);

        var next = InstanceKeysFile.of(directory.resolve("instance.keys")).prepare(new SecureRandom());
        assertThat(KeyPromotion.promote(settings.parse())).isEqualTo(new KeyPromotion.Outcome.Promoted(next, 0));
        assertThat(keys().ids()).containsExactly(next, first);
    }

    @Test
    void the_secrets_of_webhooks_are_under_the_new_key_afterwards() {
        settings.with(Setting.WEBHOOK_ALLOWED_NETWORKS, "127.0.0.0/8");
        var next = InstanceKeysFile.of(directory.resolve("instance.keys")).prepare(new SecureRandom());
        try (var receiver = Receiver.start()) {
            Api.Answer made;
            Secret operator;
            try (var server = Server.start(settings.parse())) {
                Eventually.isTrue("the node is ready", server::isReady);
                operator = server.issueOperatorKey("test", ScopeSet.ALL);
                made = new Api(Cluster.uri(server), operator)
                        .post("/v1/webhooks", Map.of("url", receiver.url("/"), "events", List.of("*")))
                        .expect(201);
            }

            assertThat(KeyPromotion.promote(settings.parse())).isEqualTo(new KeyPromotion.Outcome.Promoted(next, 1));

            assertThat(schema.query("SELECT position(? IN encode(sealed, 'escape')) > 0 FROM webhook_secret", next))
                    .isEqualTo("t");
            try (var again = Server.start(settings.parse())) {
                Eventually.isTrue("the node is ready", again::isReady);
                new Api(Cluster.uri(again), operator)
                        .post("/v1/webhooks/" + made.at("id") + "/test")
                        .expect(201);
                assertThat(receiver.await("webhook.test", made.at("id")).isSignedWith(made.at("secret")))
                        .isTrue();
            }
        }
    }

    @Test
    void a_single_node_goes_in_one_step() {
        var first = keys().newest();
        node("node_a", "1 hour");
        node("node_b", "-1 hour");

        assertThat(KeyPromotion.promote(settings.parse())).isInstanceOf(KeyPromotion.Outcome.Promoted.class);
        assertThat(keys().ids()).hasSize(2).last().isEqualTo(first);
    }
}
