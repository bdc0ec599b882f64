package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class ChangeApiKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer patch(KeyRig.Answer key, String body) {
        return rig.patch(rig.operator, KeyRig.path(key), body);
    }

    @Test
    void an_edit_changes_what_it_names_and_nothing_else() {
        var key = rig.created(",\"metadata\":{\"a\":1},\"verified_metadata\":{\"b\":2}");
        var edited = patch(key, """
                {"name": "Renamed", "scopes": ["keys:read"], "cidrs": ["10.0.0.0/8"], "metadata": {"a": 2}, "expires_in": "1y"}
                """);
        assertThat(edited.status()).as(edited.toString()).isEqualTo(200);
        assertThat(edited.text("name")).isEqualTo("Renamed");
        assertThat(edited.body().path("scopes").toString()).isEqualTo("[\"keys:read\"]");
        assertThat(edited.body().path("verified_metadata").toString()).isEqualTo("{\"b\":2}");
        assertThat(edited.body().path("version").asInt()).isEqualTo(2);
        assertThat(edited.body().path("propagation").path("complete").asBoolean())
                .isTrue();
        assertThat(rig.get(rig.operator, KeyRig.path(key)).text("expires_at")).isEqualTo(edited.text("expires_at"));
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.updated 2");
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.updated");
        assertThat(rig.schema.query(
                        "SELECT string_agg(scope, ' ') FROM api_key_scope WHERE key_id = ?", key.text("id")))
                .isEqualTo("keys:read");
        assertThat(rig.schema.query("SELECT string_agg(word, ' ') FROM api_key_word WHERE key_id = ?", key.text("id")))
                .isEqualTo("renamed");
    }

    @Test
    void null_takes_away() {
        var key = rig.created(",\"verified_metadata\":{\"b\":2},\"not_before\":\"2020-01-01T00:00:00Z\"");
        var edited = patch(key, "{\"verified_metadata\":null,\"not_before\":null,\"expires_at\":null}");
        assertThat(edited.body().path("verified_metadata").isNull()).isTrue();
        assertThat(edited.body().path("not_before").isNull()).isTrue();
        assertThat(edited.body().path("expires_at").isNull()).isTrue();
    }

    @Test
    void an_edit_that_changes_nothing_is_noted_nowhere() {
        var key = rig.created(",\"metadata\":{\"b\":1,\"a\":[2.5]}");
        for (var nothing : List.of(
                "{}",
                "{\"name\":\"Web\"}",
                "{\"metadata\":{\"a\":[2.5],\"b\":1}}",
                "{\"scopes\":[\"resources:read\"]}")) {
            var answer = patch(key, nothing);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.body().path("version").asInt()).as(nothing).isOne();
        }
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"name":"a\\u202eb"} | 422 | invalid_field
            {"name":null,"color":1} | 422 | unknown_field
            {"scopes":["rockets:launch"]} | 422 | unknown_scope
            {"cidrs":["10.0.0.1/8"]} | 422 | invalid_field
            {"expires_at":"2020-01-01T00:00:00Z"} | 422 | invalid_field
            {"expires_in":"99y"} | 422 | invalid_field
            {"not_before":"2999-01-01T00:00:00Z"} | 422 | invalid_field
            {"metadata":[]} | 422 | invalid_field
            {"verified_metadata":[]} | 422 | invalid_field
            [] | 422 | invalid_field
            """)
    void bad_edits_change_nothing(String body, int status, String code) {
        var key = rig.created("");
        var answer = patch(key, body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(rig.column(key.text("id"), "version")).isEqualTo("1");
    }

    @Test
    void an_editor_adds_only_scopes_that_it_holds_and_may_take_any_away() {
        var key = rig.created(",\"cidrs\":[]");
        patch(key, "{\"scopes\":[\"audit:read\",\"keys:*\"]}");
        var editor = rig.create(
                        rig.operator,
                        "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:write\"]}")
                .text("secret");
        assertThat(rig.patch(editor, KeyRig.path(key), "{\"scopes\":[\"keys:*\",\"members:read\"]}")
                        .code())
                .isEqualTo("scope_not_held");
        assertThat(rig.patch(editor, KeyRig.path(key), "{\"scopes\":[\"keys:read\"]}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_expired_key_cannot_be_extended_but_revoked() {
        var key = rig.created(",\"expires_in\":\"1h\"");
        rig.schema.execute("UPDATE api_key SET expires_at = now() WHERE id = ?", key.text("id"));
        assertThat(rig.get(rig.operator, KeyRig.path(key)).text("status")).isEqualTo("expired");
        var answer = patch(key, "{\"expires_in\":\"30d\"}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("recreate");
        assertThat(rig.act(key, "rotate", "").status()).isEqualTo(409);
        assertThat(rig.act(key, "revoke", "").text("status")).isEqualTo("revoked");
    }

    @Test
    void disabled_and_enabled_again() {
        var key = rig.created("");
        var disabled = rig.act(key, "disable", "");
        assertThat(disabled.text("status")).isEqualTo("disabled");
        assertThat(disabled.text("cause")).isEqualTo("administrator");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.disabled 2");
        assertThat(rig.act(key, "disable", "{}").body().path("version").asInt()).isEqualTo(2);
        assertThat(rig.get(key.text("secret"), "/v1/keys/self").status()).isEqualTo(401);
        var enabled = rig.act(key, "enable", "");
        assertThat(enabled.text("status")).isEqualTo("active");
        assertThat(enabled.body().path("cause").isNull()).isTrue();
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.enabled 3");
        assertThat(rig.act(key, "enable", "").status()).isEqualTo(200);
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.disabled key.enabled");
        assertThat(rig.act(key, "enable", "{\"x\":1}").code()).isEqualTo("unknown_field");
    }

    @Test
    void a_revoked_key_stays_and_keeps_its_first_reason() {
        var key = rig.created("");
        var revoked = rig.act(key, "revoke", "{\"reason\":\"lost laptop\"}");
        assertThat(revoked.status()).isEqualTo(200);
        assertThat(revoked.text("status")).isEqualTo("revoked");
        assertThat(revoked.text("reason")).isEqualTo("lost laptop");
        assertThat(revoked.text("cause")).isEqualTo("manual");
        assertThat(revoked.body().path("propagation").path("complete").asBoolean())
                .isTrue();
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.revoked 2");
        var before = rig.counts();
        var again = rig.act(key, "revoke", "{\"reason\":\"other\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("reason")).isEqualTo("lost laptop");
        assertThat(again.body().path("version").asInt()).isEqualTo(2);
        assertThat(again.body().path("propagation").path("complete").asBoolean())
                .isTrue();
        assertThat(again.body().path("epoch").asLong())
                .isGreaterThanOrEqualTo(revoked.body().path("epoch").asLong());
        assertThat(rig.counts()).isEqualTo(before);
        for (var what : List.of("disable", "enable", "rotate")) {
            assertThat(rig.act(key, what, "").code()).as(what).isEqualTo("invalid_state");
        }
        assertThat(patch(key, "{\"name\":\"x\"}").code()).isEqualTo("invalid_state");
        assertThat(rig.act(key, "revoke", "{\"reason\":\"" + "x".repeat(201) + "\"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void a_key_says_what_it_is_and_ends_itself() {
        var key = rig.created("");
        var self = rig.get(key.text("secret"), "/v1/keys/self");
        assertThat(self.status()).isEqualTo(200);
        assertThat(self.text("id")).isEqualTo(key.text("id"));
        assertThat(self.body().has("secret")).isFalse();
        var revoked = rig.post(key.text("secret"), "/v1/keys/revoke-self", "{\"reason\":\"found in a log\"}");
        assertThat(revoked.status()).as(revoked.toString()).isEqualTo(200);
        assertThat(revoked.text("status")).isEqualTo("revoked");
        assertThat(rig.schema.query(
                        "SELECT actor FROM audit_event WHERE action = 'key.revoked' AND target = ?", key.text("id")))
                .isEqualTo(key.text("id"));
        assertThat(rig.post(key.text("secret"), "/v1/keys/revoke-self", "").status())
                .isEqualTo(401);
        assertThat(rig.get(key.text("secret"), "/v1/keys/self").status()).isEqualTo(401);
        assertThat(rig.post("", "/v1/keys/revoke-self", "").status()).isEqualTo(401);
        assertThat(rig.get("", "/v1/keys/self").status()).isEqualTo(401);
    }

    @Test
    void a_restricted_key_can_end_itself_from_anywhere() {
        var key = rig.created(",\"cidrs\":[\"203.0.113.0/24\"]");
        assertThat(rig.get(key.text("secret"), "/v1/keys/self").status()).isEqualTo(401);
        assertThat(rig.post(key.text("secret"), "/v1/keys/revoke-self", "").status())
                .isEqualTo(200);
    }

    @Test
    void a_foreign_key_is_as_absent_as_none() {
        var foreign = rig.create(
                rig.operator, "{\"type\":\"ci\",\"organization\":\"org_other\",\"name\":\"n\",\"scopes\":[]}");
        var acme = rig.create(
                        rig.operator,
                        "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"*\"]}")
                .text("secret");
        for (var id : List.of(foreign.text("id"), "key_000000000000", "key_0", "x", "org_acme")) {
            for (var what : List.of("disable", "enable", "revoke", "rotate")) {
                assertThat(notFound(rig.post(acme, "/v1/keys/" + id + "/" + what, "")))
                        .as(what)
                        .isTrue();
            }
            assertThat(notFound(rig.get(acme, "/v1/keys/" + id))).isTrue();
            assertThat(notFound(rig.patch(acme, "/v1/keys/" + id, "{\"name\":\"x\"}")))
                    .isTrue();
        }
        assertThat(notFound(rig.get(rig.operator, "/v1/keys/key_000000000000"))).isTrue();
        assertThat(rig.column(foreign.text("id"), "version")).isEqualTo("1");
    }

    private static boolean notFound(KeyRig.Answer answer) {
        return answer.status() == 404
                && answer.code().equals("not_found")
                && answer.text("detail")
                        .equals("Nothing with this id is visible to you: check the id and the credential.");
    }

    @Test
    void every_route_wants_a_credential_and_its_scope() {
        var key = rig.created("");
        var reader = rig.create(
                        rig.operator,
                        "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}")
                .text("secret");
        var verifier = rig.create(rig.operator, "{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[\"keys:verify\"]}")
                .text("secret");
        for (var what : List.of("disable", "enable", "revoke", "rotate")) {
            assertThat(rig.post("", KeyRig.path(key) + "/" + what, "").status()).isEqualTo(401);
            assertThat(rig.post(reader, KeyRig.path(key) + "/" + what, "").code())
                    .isEqualTo("insufficient_scope");
        }
        assertThat(rig.patch("", KeyRig.path(key), "{}").status()).isEqualTo(401);
        assertThat(rig.patch(reader, KeyRig.path(key), "{}").status()).isEqualTo(403);
        assertThat(rig.get("", KeyRig.path(key)).status()).isEqualTo(401);
        assertThat(rig.get(reader, KeyRig.path(key)).status()).isEqualTo(200);
        assertThat(rig.get(verifier, KeyRig.path(key)).status()).isEqualTo(403);
        assertThat(rig.get("", "/v1/keys").status()).isEqualTo(401);
        assertThat(rig.get(verifier, "/v1/keys").status()).isEqualTo(403);
    }

    @Test
    void a_key_that_history_forked_over_is_disabled() {
        var key = rig.created("");
        var id = dev.shearline.token.ApiKeyId.find(key.text("id")).orElseThrow();
        rig.keys.disableForked(KeyRig.ACME, id, 1);
        rig.keys.disableForked(KeyRig.ACME, id, 1);
        var shown = rig.get(rig.operator, KeyRig.path(key));
        assertThat(shown.text("status")).isEqualTo("disabled");
        assertThat(shown.text("cause")).isEqualTo("history_forked");
        assertThat(shown.body().path("version").asInt()).isEqualTo(2);
    }

    @Test
    void the_keys_of_an_owner_go_at_most_500_at_a_time() {
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name) VALUES ('team_many', 'org_acme', 'team', 'org_acme', 'M')");
        rig.schema.execute("""
                WITH made AS (
                    INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                         name, name_key, scopes, created_at, created_by, updated_at)
                    SELECT 'key_many' || lpad(n::text, 8, '0'), 'org_acme', 'team_many', 'team', 'secret', 'live', 'team_many',
                           sha256(('many' || n)::bytea), 'p', 'l', 'n', 'n', '{}', now(), 'job_test', now()
                      FROM generate_series(1, 501) AS n)
                INSERT INTO api_key_activity (key_id, organization_id, audience_id)
                SELECT 'key_many' || lpad(n::text, 8, '0'), 'org_acme', 'team_many' FROM generate_series(1, 501) AS n
                """);
        var unit = new dev.shearline.server.identity.UnitId("team_many");
        assertThat(removeAt(unit)).isOne();
        assertThat(removeAt(unit)).isZero();
        assertThat(rig.schema.query(
                        "SELECT count(*) FROM api_key WHERE unit_id = 'team_many' AND revoked_cause = 'owner_removed'"))
                .isEqualTo("501");
        assertThat(rig.schema.query(
                        "SELECT count(*) FROM feed_entry WHERE kind = 'key.revoked' AND target LIKE 'key_many%'"))
                .isEqualTo("501");
    }

    private static int removeAt(dev.shearline.server.identity.UnitId unit) {
        return rig.changes
                .commit(
                        KeyRig.BOOTSTRAP,
                        KeyRig.ACME,
                        tx -> rig.keys.revokeAtUnit(tx, KeyRig.BOOTSTRAP, KeyRig.ACME, unit))
                .value();
    }
}
