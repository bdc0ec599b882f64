package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.testing.Eventually;
import dev.shearline.token.ApiKeyId;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key is good for by being held: to say what it is, and to be ended. */
@Tag("storage")
class PossessionTest {

    private static final String SELF = "/v1/keys/self";
    private static final String REVOKE_SELF = "/v1/keys/revoke-self";

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static String path(KeyRig.Answer key) {
        return "/v1/keys/" + key.text("id");
    }

    private static void assertEndsItself(KeyRig.Answer key) {
        assertThat(rig.get(key.text("secret"), SELF).status()).isEqualTo(401);
        var revoked = rig.post(key.text("secret"), REVOKE_SELF, "{\"reason\":\"found\"}");
        assertThat(revoked.status()).as(revoked.toString()).isEqualTo(200);
        assertThat(revoked.text("status")).isEqualTo("revoked");
        assertThat(revoked.text("reason")).isEqualTo("found");
        assertThat(rig.audited(key.text("id"))).endsWith("key.revoked");
        assertDead(key, "The key is revoked.");
    }

    private static void assertDead(KeyRig.Answer key, String sentence) {
        var events = rig.count("audit_event");
        for (var again : List.of(rig.post(key.text("secret"), REVOKE_SELF, ""), rig.get(key.text("secret"), SELF))) {
            assertThat(again.status()).isEqualTo(401);
            assertThat(again.text("detail")).isEqualTo(sentence);
        }
        assertThat(rig.count("audit_event")).isEqualTo(events);
    }

    @Test
    void whoever_holds_a_key_reaches_that_key_alone_also_in_the_database() {
        var key = rig.created("");
        rig.created("");
        var id = ApiKeyId.find(key.text("id")).orElseThrow();
        var context = TenantContext.find(new Actor.Possession(id, KeyRig.ACME), KeyRig.ACME)
                .orElseThrow();
        for (var sql : List.of(
                "SELECT id FROM api_key",
                "SELECT key_id FROM api_key_scope",
                "SELECT key_id FROM api_key_word",
                "SELECT key_id FROM api_key_activity",
                "UPDATE api_key SET description = 'x' RETURNING id")) {
            var reached = rig.database.inTransaction(
                    context,
                    tx -> tx.handle().createQuery(sql).mapTo(String.class).set());
            assertThat(reached.value()).as(sql).containsExactly(key.text("id"));
        }
        var events = rig.database.read(
                context,
                tx -> tx.handle()
                        .createQuery("SELECT count(*) FROM audit_event")
                        .mapTo(Integer.class)
                        .one());
        assertThat(events).isZero();
    }

    @Test
    void a_disabled_key_ends_itself() {
        var key = rig.created("");
        rig.post(rig.operator, path(key) + "/disable", "");
        assertEndsItself(key);
    }

    @Test
    void a_key_that_is_not_valid_yet_ends_itself() {
        assertEndsItself(rig.created(",\"not_before\":\"2099-01-01T00:00:00Z\",\"expires_in\":\"none\""));
    }

    @Test
    void an_expired_key_ends_itself() {
        var key = rig.created(",\"expires_in\":\"1h\"");
        rig.schema.execute("UPDATE api_key SET expires_at = now() WHERE id = ?", key.text("id"));
        assertEndsItself(key);
    }

    @Test
    void a_rotated_key_whose_grace_is_over_ends_itself() {
        var key = rig.created("");
        rig.post(rig.operator, path(key) + "/rotate", "{\"grace\":\"1h\"}");
        rig.schema.execute("UPDATE api_key SET ends_at = now() WHERE id = ?", key.text("id"));
        assertEndsItself(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"organization SET state = 'suspended'", "unit SET state = 'removed'"})
    void a_key_whose_owner_is_inactive_ends_itself(String change) {
        rig.schema.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES ('org_idle', 'I', 'pro', 'aud_i')"
                        + " ON CONFLICT DO NOTHING");
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, name) VALUES ('org_idle', 'org_idle', 'organization', 'I')"
                        + " ON CONFLICT DO NOTHING");
        var key = rig.create(
                rig.operator, "{\"type\":\"team\",\"organization\":\"org_idle\",\"name\":\"n\",\"scopes\":[]}");
        rig.schema.execute("UPDATE " + change + " WHERE id = 'org_idle'");
        try {
            assertEndsItself(key);
        } finally {
            rig.schema.execute("UPDATE " + change.substring(0, change.indexOf("SET"))
                    + " SET state = 'active' WHERE id = 'org_idle'");
        }
    }

    @Test
    void a_used_key_is_dead() {
        var key = rig.create(
                rig.operator, "{\"type\":\"ephemeral\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[]}");
        rig.schema.execute("UPDATE api_key SET state = 'used', used_at = now() WHERE id = ?", key.text("id"));
        assertDead(key, "The key worked once, and has been used.");
    }

    @Test
    void a_publishable_key_neither_describes_nor_ends_itself() {
        var key = rig.created(",\"visibility\":\"publishable\",\"metadata\":{\"note\":\"private\"}");
        for (var answer : List.of(rig.post(key.text("secret"), REVOKE_SELF, ""), rig.get(key.text("secret"), SELF))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
            assertThat(answer.text("detail")).contains("publishable", "keys:");
            assertThat(answer.body().toString()).doesNotContain("private");
        }
        assertThat(rig.column(key.text("id"), "version")).isEqualTo("1");
        assertThat(rig.post(rig.operator, path(key) + "/revoke", "").status()).isEqualTo(200);
        assertDead(key, "The key is revoked.");
    }

    @Test
    void a_successor_ends_its_predecessor_when_it_calls_the_api_and_not_when_it_asks_about_itself() {
        var key = rig.create(
                rig.operator,
                "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}");
        var next = rig.post(rig.operator, path(key) + "/rotate", "{\"grace\":\"7d\",\"end_at_first_use\":true}");
        assertThat(rig.get(next.text("secret"), SELF)
                        .body()
                        .path("end_at_first_use")
                        .asBoolean())
                .isTrue();
        assertThat(rig.get(key.text("secret"), "/v1/keys").status()).isEqualTo(200);

        assertThat(rig.get(next.text("secret"), path(key)).status()).isEqualTo(200);
        Eventually.isTrue(
                "the predecessor has ended",
                () -> rig.get(rig.operator, path(key)).text("status").equals("revoked"));
        assertThat(rig.get(rig.operator, path(key)).text("cause")).isEqualTo("rotated");
        assertThat(rig.get(rig.operator, path(next))
                        .body()
                        .path("end_at_first_use")
                        .asBoolean())
                .isFalse();
        assertThat(rig.audited(next.text("id"))).isEqualTo("key.created key.first_used");
        assertThat(rig.get(key.text("secret"), "/v1/keys").status()).isEqualTo(401);
    }

    @Test
    void a_credential_that_is_not_valid_is_told_why_by_the_api() {
        var expired = rig.created(",\"expires_in\":\"1h\"");
        rig.schema.execute("UPDATE api_key SET expires_at = now() WHERE id = ?", expired.text("id"));
        assertUnauthenticated(expired.text("secret"), "The key has expired.");
        var disabled = rig.created("");
        rig.post(rig.operator, path(disabled) + "/disable", "");
        assertUnauthenticated(disabled.text("secret"), "The key is disabled.");
        var early = rig.created(",\"not_before\":\"2099-01-01T00:00:00Z\",\"expires_in\":\"none\"");
        assertUnauthenticated(early.text("secret"), "The key is not valid yet.");
        var orphan = rig.create(
                rig.operator,
                "{\"type\":\"personal\",\"organization\":\"org_thrift\",\"user\":\"usr_bob\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}");
        rig.schema.execute("UPDATE membership SET state = 'removed' WHERE id = 'mem_thriftbob'");
        assertUnauthenticated(orphan.text("secret"), "The owner of the key is not active.");
        var revoked = rig.created("");
        rig.post(rig.operator, path(revoked) + "/revoke", "");
        assertUnauthenticated(revoked.text("secret"), "The key is revoked.");
    }

    private static void assertUnauthenticated(String credential, String sentence) {
        var answer = rig.get(credential, "/v1/keys");
        assertThat(answer.status()).as(sentence).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
        assertThat(answer.text("detail")).isEqualTo(sentence);
        assertThat(answer.challenge()).isEqualTo("Bearer realm=\"shearline\", error=\"invalid_token\"");
    }
}
