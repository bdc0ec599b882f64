package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Receiver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a change leaves with those who listen, on two nodes. */
@Tag("storage")
class WebhookNewsTest {

    private static Cluster cluster;
    private static String acme;
    private static Api own;

    private Receiver receiver;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2, Map.of(Setting.WEBHOOK_ALLOWED_NETWORKS, "127.0.0.0/8"));
        acme = cluster.organization("acme");
        own = cluster.api()
                .as(cluster.issue(acme, "webhooks:*", "keys:*", "members:*").at("secret"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void startReceiver() {
        receiver = Receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        receiver.close();
    }

    private Api.Answer create(Api as, String... events) {
        return as.post("/v1/webhooks", Map.of("url", receiver.url("/hooks"), "events", List.of(events)))
                .expect(201);
    }

    private static Api.Answer key(String name) {
        return own.post(
                        "/v1/keys",
                        Map.of("type", "team", "name", name, "organization", acme, "scopes", List.of("keys:read")))
                .expect(201);
    }

    @Test
    void every_change_of_a_key_is_told_once_and_signed() {
        var secret = create(own, "*").at("secret");

        var key = key("told");
        var id = key.at("id");
        own.post("/v1/keys/" + id + "/disable").expect(200);
        own.post("/v1/keys/" + id + "/enable").expect(200);
        var successor =
                own.post("/v1/keys/" + id + "/rotate", Map.of("grace", "1h")).expect(201);
        own.post("/v1/keys/" + id + "/revoke", Map.of("reason", "somebody's words"))
                .expect(200);

        for (var type : List.of("key.created", "key.disabled", "key.rotated", "key.revoked")) {
            receiver.awaitKey(type, id);
            assertThat(receiver.received(type).stream()
                            .filter(one -> one.at("data/key/id").equals(id)))
                    .as(type)
                    .hasSize(1);
        }
        assertThat(receiver.received()).allMatch(one -> one.isSignedWith(secret));
        var created = receiver.awaitKey("key.created", id);
        assertThat(created.at("data/key/name")).isEqualTo("told");
        assertThat(created.at("data/key/owner/id")).isEqualTo(acme);
        assertThat(created.at("organization/external_id")).isEqualTo("acme");
        assertThat(created.at("id")).isEqualTo(created.id());
        assertThat(receiver.awaitKey("key.rotated", id).at("data/rotated_to")).isEqualTo(successor.at("id"));
        assertThat(receiver.awaitKey("key.revoked", id).at("data/cause")).isEqualTo("manual");
        assertThat(receiver.received())
                .noneMatch(one -> one.body().contains(key.at("secret"))
                        || one.body().contains("somebody's words")
                        || one.body().contains("whsec_"));
    }

    @Test
    void a_member_who_goes_is_told_of_and_so_is_each_checkpoint() {
        create(own, "member.removed", "audit.checkpoint_sealed");
        var user =
                cluster.api().put("/v1/users/ext:goer", Map.of("name", "Gow")).at("id");
        var member = cluster.api()
                .post("/v1/members", Map.of("organization", acme, "user", user, "roles", List.of()))
                .expect(201)
                .at("id");
        cluster.api().delete("/v1/members/" + member).expect(200);

        var told = receiver.await("member.removed", member);
        assertThat(told.at("data/user/external_id")).isEqualTo("goer");
        var sealed = receiver.await("audit.checkpoint_sealed", acme);
        assertThat(sealed.at("data/chain")).isEqualTo(acme);
        var number = sealed.json().at("/data/number").asLong();
        assertThat(cluster.api()
                        .get("/v1/audit-checkpoints?organization=" + acme + "&limit=100")
                        .json()
                        .path("items")
                        .valueStream()
                        .filter(one -> one.path("number").asLong() == number)
                        .map(one -> one.path("signature").asString()
                                + one.path("nonce").asString()))
                .containsExactly(sealed.at("data/signature") + sealed.at("data/nonce"));
    }

    @Test
    void an_operators_endpoint_hears_of_all_organizations() {
        var made = create(cluster.api(), "key.created");
        assertThat(made.at("organization")).isEqualTo("org_instance");

        var id = key("everywhere").at("id");

        assertThat(receiver.awaitKey("key.created", id).at("organization/id")).isEqualTo(acme);
        cluster.api().delete("/v1/webhooks/" + made.at("id")).expect(200);
        assertThat(own.get("/v1/webhooks/" + made.at("id")).status()).isEqualTo(404);
    }
}
