package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.evidence.ExportReport;
import dev.shearline.server.evidence.ExportVerification;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.InstanceKeysFile;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.Receiver;
import dev.shearline.server.testing.TestSchema;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            var made = webhook(receiver);
            assertThat(KeyPromotion.promote(settings.parse())).isEqualTo(new KeyPromotion.Outcome.Promoted(next, 1));
            assertThat(schema.query("SELECT position(? IN encode(sealed, 'escape')) > 0 FROM webhook_secret", next))
                    .isEqualTo("t");
            try (var again = Server.start(settings.parse())) {
                Eventually.isTrue("the node is ready", again::isReady);
                new Api(Cluster.uri(again), again.issueOperatorKey("again", ScopeSet.ALL))
                        .post("/v1/webhooks/" + made.at("id") + "/test")
                        .expect(201);
                assertThat(receiver.await("webhook.test", made.at("id")).isSignedWith(made.at("secret")))
                        .isTrue();
            }
        }
    }

    @Test
    void an_export_verifies_across_the_keys_that_have_signed_it() throws Exception {
        var acme = "";
        try (var server = Server.start(settings.parse())) {
            acme = api(server)
                    .put("/v1/organizations/ext:acme", Map.of("name", "Acme"))
                    .expect(201)
                    .at("id");
            awaitSealed();
        }
        assertThat(KeyPromotion.promote(settings.parse())).isInstanceOf(KeyPromotion.Outcome.Promoted.class);
        try (var again = Server.start(settings.parse())) {
            var api = api(again);
            api.patch("/v1/organizations/" + acme, Map.of("name", "Acme Corp")).expect(200);
            awaitSealed();

            var published =
                    api.get("/v1/audit-checkpoints/keys").expect(200).json().path("items");
            assertThat(published).hasSize(2);
            var export = api.get("/v1/audit-events/export?organization=" + acme)
                    .expect(200)
                    .raw()
                    .body();
            var report = ExportVerification.verify(new BufferedReader(new StringReader(export)), List.of(), Set.of());
            assertThat(report)
                    .isInstanceOfSatisfying(
                            ExportReport.Whole.class,
                            whole -> assertThat(whole.signers())
                                    .extracting(ExportReport.Signer::key)
                                    .containsExactlyInAnyOrderElementsOf(published.findValuesAsString("id")));
        }
    }

    private static Api api(Server server) {
        Eventually.isTrue("the node is ready", server::isReady);
        return new Api(Cluster.uri(server), server.issueOperatorKey("test", ScopeSet.ALL));
    }

    private void awaitSealed() {
        Eventually.isTrue(
                "all is sealed",
                () -> schema.query("SELECT count(*) FROM audit_unsealed").equals("0"));
    }

    private Api.Answer webhook(Receiver receiver) {
        try (var server = Server.start(settings.parse())) {
            return api(server)
                    .post("/v1/webhooks", Map.of("url", receiver.url("/"), "events", List.of("*")))
                    .expect(201);
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
