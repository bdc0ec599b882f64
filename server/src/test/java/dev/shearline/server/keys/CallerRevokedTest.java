package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Holding;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request that was let in before its credential was revoked leaves no key behind. */
@Tag("storage")
class CallerRevokedTest {

    private static final String LOCK_ACME = "SELECT id FROM organization WHERE id = 'org_acme' FOR NO KEY UPDATE";
    /** Somebody has locked rows of the table, or wants to, and waits. */
    private static final String WAITING = """
            SELECT count(*) > 0 FROM pg_locks AS wanted JOIN pg_locks AS held ON held.pid = wanted.pid
             WHERE NOT wanted.granted AND held.relation = CAST(? AS regclass) AND held.mode = 'RowShareLock'
            """;

    private static final String REVOKE =
            "UPDATE api_key SET state = 'revoked', revoked_at = now(), version = version + 1 WHERE id = ?";

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer made(String fields) {
        var answer = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"keys:*\"]," + fields + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    /** Starts the request, and when it waits for the organization, does this from another connection and lets the request go on. */
    private static KeyRig.Answer meanwhile(Supplier<KeyRig.Answer> request, Runnable change) throws Exception {
        CompletableFuture<KeyRig.Answer> answer;
        try (var _ = Holding.after(rig.schema, LOCK_ACME)) {
            answer = CompletableFuture.supplyAsync(request);
            awaitWaiting("organization");
            change.run();
        }
        return answer.get(60, TimeUnit.SECONDS);
    }

    private static void awaitWaiting(String table) {
        Eventually.isTrue(
                "somebody waits for a row of " + table,
                () -> rig.schema.query(WAITING, table).equals("t"));
    }

    private static void assertUnauthenticated(KeyRig.Answer answer, String sentence) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
        assertThat(answer.text("detail")).isEqualTo(sentence);
        assertThat(answer.challenge()).contains("error=\"invalid_token\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type":"operator"
            "type":"ci","organization":"org_acme"
            "type":"team","team":"team_web"
            "type":"personal","organization":"org_acme","user":"usr_bob"
            """)
    void a_credential_that_is_revoked_while_it_creates_gets_401_and_no_key(String fields) throws Exception {
        var caller = made(fields);
        var owner = fields.contains("personal")
                ? "\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\""
                : "\"type\":\"team\",\"team\":\"team_web\"";
        var body = "{\"name\":\"left behind\",\"scopes\":[]," + owner + "}";
        assertThat(rig.create(caller.text("secret"), body).status()).isEqualTo(201);
        var before = rig.counts();
        var answer = meanwhile(
                () -> rig.create(caller.text("secret"), body), () -> rig.schema.execute(REVOKE, caller.text("id")));
        assertUnauthenticated(answer, "The key is revoked.");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void a_credential_that_is_disabled_while_it_provides_an_owner_makes_neither() throws Exception {
        var caller = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"*\"],\"type\":\"operator\"}");
        var before = rig.counts();
        var answer = meanwhile(
                () -> rig.create(caller.text("secret"), """
                        {"name": "n", "scopes": [], "type": "team", "organization": "org_acme",
                         "team": {"external_id": "late", "name": "Late"}}
                        """),
                () -> rig.schema.execute("UPDATE api_key SET state = 'disabled' WHERE id = ?", caller.text("id")));
        assertUnauthenticated(answer, "The key is disabled.");
        assertThat(rig.counts()).isEqualTo(before);
        assertThat(rig.schema.query("SELECT count(*) FROM unit WHERE external_id = 'late'"))
                .isEqualTo("0");
    }

    @Test
    void a_credential_that_is_revoked_while_it_rotates_another_or_itself_gets_401_and_no_key() throws Exception {
        for (var self : new boolean[] {true, false}) {
            var caller = made("\"type\":\"ci\",\"organization\":\"org_acme\"");
            var target = self ? caller : made("\"type\":\"team\",\"team\":\"team_web\"");
            var before = rig.counts();
            var answer = meanwhile(
                    () -> rig.post(caller.text("secret"), "/v1/keys/" + target.text("id") + "/rotate", ""),
                    () -> rig.schema.execute(REVOKE, caller.text("id")));
            assertUnauthenticated(answer, "The key is revoked.");
            assertThat(rig.counts()).isEqualTo(before);
            assertThat(rig.column(target.text("id"), "coalesce(rotated_to, 'none')"))
                    .isEqualTo("none");
        }
    }

    @Test
    void a_credential_that_is_revoked_while_it_enables_or_widens_another_gets_401_and_changes_nothing()
            throws Exception {
        for (var enables : new boolean[] {true, false}) {
            var target = made("\"type\":\"team\",\"team\":\"team_web\"");
            var caller = madeAfter(target);
            var path = "/v1/keys/" + target.text("id");
            rig.post(rig.operator, path + "/disable", "");
            var before = rig.counts();
            CompletableFuture<KeyRig.Answer> answer;
            try (var _ = Holding.after(
                    rig.schema, "SELECT id FROM api_key WHERE id = '" + target.text("id") + "' FOR NO KEY UPDATE")) {
                answer = CompletableFuture.supplyAsync(() -> enables
                        ? rig.post(caller.text("secret"), path + "/enable", "")
                        : rig.patch(caller.text("secret"), path, "{\"expires_in\":\"180d\"}"));
                awaitWaiting("api_key");
                rig.schema.execute(REVOKE, caller.text("id"));
            }
            assertUnauthenticated(answer.get(60, TimeUnit.SECONDS), "The key is revoked.");
            assertThat(rig.counts()).isEqualTo(before);
        }
    }

    /** Keys are locked in the order of their ids: this one is not locked yet when the other is waited for. */
    private static KeyRig.Answer madeAfter(KeyRig.Answer other) {
        KeyRig.Answer made;
        do {
            made = made("\"type\":\"ci\",\"organization\":\"org_acme\"");
        } while (made.text("id").compareTo(other.text("id")) < 0);
        return made;
    }

    @Test
    void a_member_who_is_removed_while_their_session_creates_gets_401_and_no_key() throws Exception {
        rig.schema.execute("INSERT INTO app_user (id) VALUES ('usr_dee')");
        rig.schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_dee', 'org_acme', 'usr_dee')");
        rig.schema.execute("INSERT INTO membership_role (organization_id, membership_id, unit_id, role)"
                + " VALUES ('org_acme', 'mem_dee', 'org_acme', 'owner')");
        rig.schema.execute(
                "INSERT INTO access_session (digest, kind, organization_id, membership_id, subject, capabilities, expires_at)"
                        + " VALUES (sha256('ses-dee'), 'member', 'org_acme', 'mem_dee', 'mem_dee', '{keys:*}', now() + interval '1 hour')");
        var body = "{\"name\":\"n\",\"scopes\":[],\"type\":\"team\",\"team\":\"team_web\"}";
        assertThat(rig.create("ses-dee", body).status()).isEqualTo(201);
        var before = rig.counts();
        var answer = meanwhile(
                () -> rig.create("ses-dee", body),
                () -> rig.schema.execute("UPDATE membership SET state = 'removed' WHERE id = 'mem_dee'"));
        assertUnauthenticated(answer, "The session has ended: sign in again.");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void an_embed_session_ends_with_the_operators_key_that_opened_it() throws Exception {
        var parent = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"*\"],\"type\":\"operator\"}");
        rig.schema.execute(
                "INSERT INTO access_session (digest, id, kind, organization_id, parent_key_id, subject, capabilities, expires_at)"
                        + " VALUES (sha256('ses-emb'), 'ems_emb', 'embed', 'org_acme', ?, 'team_web', '{keys:*}', now() + interval '1 hour')",
                parent.text("id"));
        var body = "{\"name\":\"n\",\"scopes\":[],\"type\":\"team\",\"team\":\"team_web\"}";
        assertThat(rig.create("ses-emb", body).status()).isEqualTo(201);
        var before = rig.counts();
        var answer = meanwhile(() -> rig.create("ses-emb", body), () -> rig.schema.execute(REVOKE, parent.text("id")));
        assertUnauthenticated(answer, "The key is revoked.");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void whoever_is_demoted_does_no_more_by_a_session_that_is_embedded_for_them() throws Exception {
        var parent = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"*\"],\"type\":\"operator\"}");
        rig.schema.execute("INSERT INTO app_user (id, name) VALUES ('usr_fay', 'Fay')");
        rig.schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_fay', 'org_acme', 'usr_fay')");
        rig.schema.execute("INSERT INTO membership_role (organization_id, membership_id, unit_id, role)"
                + " VALUES ('org_acme', 'mem_fay', 'team_web', 'developer')");
        rig.schema.execute(
                "INSERT INTO access_session (digest, id, kind, organization_id, parent_key_id, subject, capabilities, expires_at)"
                        + " VALUES (sha256('ses-fay'), 'ems_fay', 'embed', 'org_acme', ?, 'mem_fay', '{keys:*}', now() + interval '1 hour')",
                parent.text("id"));
        var body = "{\"name\":\"n\",\"scopes\":[],\"type\":\"personal\",\"user\":\"usr_fay\"}";
        assertThat(rig.create("ses-fay", body).status()).isEqualTo(201);
        var before = rig.counts();
        var demoted = meanwhile(
                () -> rig.create("ses-fay", body),
                () -> rig.schema.execute("UPDATE membership_role SET role = 'viewer' WHERE membership_id = 'mem_fay'"));
        assertThat(demoted.code()).isEqualTo("forbidden");
        rig.schema.execute("UPDATE membership_role SET role = 'developer' WHERE membership_id = 'mem_fay'");
        var removed = meanwhile(
                () -> rig.create("ses-fay", body),
                () -> rig.schema.execute("DELETE FROM membership_role WHERE membership_id = 'mem_fay'"));
        assertUnauthenticated(removed, "The session has ended: sign in again.");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void an_embed_session_that_is_ended_meanwhile_makes_nothing() throws Exception {
        var parent = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"*\"],\"type\":\"operator\"}");
        rig.schema.execute(
                "INSERT INTO access_session (digest, id, kind, organization_id, parent_key_id, subject, capabilities, expires_at)"
                        + " VALUES (sha256('ses-end'), 'ems_end', 'embed', 'org_acme', ?, 'team_web', '{keys:*}', now() + interval '1 hour')",
                parent.text("id"));
        var body = "{\"name\":\"n\",\"scopes\":[],\"type\":\"team\",\"team\":\"team_web\"}";
        assertThat(rig.create("ses-end", body).status()).isEqualTo(201);
        var before = rig.counts();
        var answer = meanwhile(
                () -> rig.create("ses-end", body),
                () -> rig.schema.execute("DELETE FROM access_session WHERE id = 'ems_end'"));
        assertUnauthenticated(answer, "The session has ended: sign in again.");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void a_revocation_waits_for_the_creates_under_way_and_for_no_other() throws Exception {
        var caller = made("\"type\":\"ci\",\"organization\":\"org_acme\"");
        CompletableFuture<KeyRig.Answer> revoked;
        try (var _ =
                Holding.after(rig.schema, "SELECT id FROM api_key WHERE id = '" + caller.text("id") + "' FOR SHARE")) {
            assertThat(rig.create(caller.text("secret"), "{\"name\":\"n\",\"scopes\":[],\"type\":\"ci\"}")
                            .status())
                    .as("creates share")
                    .isEqualTo(201);
            revoked = CompletableFuture.supplyAsync(
                    () -> rig.post(rig.operator, "/v1/keys/" + caller.text("id") + "/revoke", ""));
            awaitWaiting("api_key");
        }
        assertThat(revoked.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
}
