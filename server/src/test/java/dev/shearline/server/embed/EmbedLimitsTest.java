package dev.shearline.server.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.testing.Api;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever sits before a page tries to do more with its session than it was opened for. */
@Tag("storage")
class EmbedLimitsTest {

    private static final List<String> USUAL = List.of("keys:read", "keys:write", "sessions:write");
    private static EmbedRig rig;

    @BeforeAll
    static void start() {
        rig = new EmbedRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Api.Answer made(Map<String, Object> key) {
        return rig.operator().post("/v1/keys", key).expect(201);
    }

    private static Map<String, Object> with(Map<String, Object> body, String name, Object value) {
        var more = new HashMap<>(body);
        more.put(name, value);
        return more;
    }

    @Test
    void keys_of_others_are_not_there() {
        var page = rig.session(Map.of("user", "ext:ada"), "capabilities", USUAL);
        var own = page.post("/v1/keys", EmbedRig.personalKey(rig.ada)).expect(201);
        var bobs = made(with(EmbedRig.personalKey(rig.bob), "organization", rig.acme));
        var teams = made(EmbedRig.teamKey(rig.ops));
        var pipelines = made(Map.of("type", "ci", "organization", rig.acme, "name", "x", "scopes", List.of()));
        assertThat(EmbedRig.ids(page.get("/v1/keys"))).containsExactly(own.at("id"));
        for (var key : List.of(bobs, teams, pipelines, rig.back)) {
            var path = "/v1/keys/" + key.at("id");
            assertThat(page.get(path).status()).isEqualTo(404);
            assertThat(page.get(path + "/usage").status()).isEqualTo(404);
            assertThat(page.get(path + "/callers").status()).isEqualTo(404);
            assertThat(page.get(path + "/impact").status()).isEqualTo(404);
            assertThat(page.patch(path, Map.of("name", "mine")).status()).isEqualTo(404);
            for (var what : List.of("revoke", "rotate", "disable", "enable")) {
                assertThat(page.post(path + "/" + what).status()).as(what).isEqualTo(404);
            }
        }
        assertThat(EmbedRig.ids(page.get("/v1/keys?owner=" + rig.bob))).isEmpty();
        assertThat(EmbedRig.ids(page.get("/v1/keys?unit=" + rig.ops))).isEmpty();
    }

    @Test
    void keys_for_others_are_not_made_and_who_they_are_is_not_told() {
        var page = rig.session(Map.of("user", "ext:ada"), "capabilities", USUAL);
        for (var user : List.of(rig.bob, "ext:bob", "usr_0000000000000000", "ext:nobody")) {
            var answer = page.post("/v1/keys", EmbedRig.personalKey(user));
            assertThat(answer.status()).as(user).isEqualTo(404);
            assertThat(answer.at("field")).isEqualTo("user");
        }
        for (var team : List.of(rig.ops, rig.web, "ext:web", "team_0000000000000000")) {
            var answer = page.post("/v1/keys", EmbedRig.teamKey(team));
            assertThat(answer.status()).as(team).isEqualTo(404);
            assertThat(answer.at("field")).isEqualTo("team");
        }
        for (var type : List.of("ci", "ephemeral", "team", "operator")) {
            var answer = page.post("/v1/keys", Map.of("type", type, "name", "x", "scopes", List.of()));
            assertThat(answer.status()).as(type).isIn(403, 404);
        }
        assertThat(page.post(
                                "/v1/keys",
                                with(
                                        EmbedRig.personalKey(rig.ada),
                                        "user",
                                        Map.of("external_id", "ada", "name", "Mallory")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void a_session_with_teams_reaches_those_where_the_person_has_a_role_as_far_as_it_goes() {
        var page = rig.session(Map.of("user", "ext:ada"), "include_teams", true, "capabilities", USUAL);
        page.post("/v1/keys", EmbedRig.teamKey(rig.ops, "sessions:write")).expect(201);
        assertThat(page.post("/v1/keys", EmbedRig.teamKey(rig.web)).status()).isEqualTo(403);
        var of = made(EmbedRig.teamKey(rig.web));
        page.get("/v1/keys/" + of.at("id")).expect(200);
        assertThat(page.post("/v1/keys/" + of.at("id") + "/revoke").status()).isEqualTo(403);
        // an admin of a team does not have their members' keys shown here
        var bobs = made(with(EmbedRig.personalKey(rig.bob), "organization", rig.acme));
        assertThat(page.get("/v1/keys/" + bobs.at("id")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        POST   | /v1/embed-sessions
        DELETE | /v1/embed-sessions/ems_0000000000000000
        POST   | /v1/keys/verify
        POST   | /v1/keys/KEY/move
        POST   | /v1/keys/import
        GET    | /v1/keys/unused
        GET    | /v1/keys/self
        POST   | /v1/keys/revoke-self
        GET    | /v1/members
        GET    | /v1/organizations
        GET    | /v1/users
        GET    | /v1/scopes
        GET    | /v1/audit-events
        GET    | /v1/changes
        POST   | /oauth/introspect
        """)
    void nothing_else_takes_its_token(String method, String path) {
        var all = List.of("keys:*", "members:*", "organizations:*", "audit:read", "resources:*", "scopes:write");
        var opened = rig.operator()
                .post("/v1/embed-sessions", EmbedRig.wanted(Map.of("organization", rig.acme), "capabilities", all))
                .expect(201);
        var page = rig.operator().as(opened.at("token"));
        var key = made(Map.of("type", "team", "organization", rig.acme, "name", "x", "scopes", List.of()));
        var answer = page.ask(
                method,
                path.replace("KEY", key.at("id")),
                method.equals("POST") ? Optional.of("{}") : Optional.empty());
        assertThat(answer.status()).as(answer.raw().body()).isIn(401, 403, 415);
        page.get("/v1/keys/" + key.at("id")).expect(200);
    }

    @Test
    void verification_knows_no_token() {
        var token = rig.open(Map.of("team", rig.web)).at("token");
        assertThat(rig.operator().verify(token)).isEqualTo("malformed");
        assertThat(rig.operator()
                        .as(token)
                        .post("/v1/keys/verify", Map.of("key", "x"))
                        .status())
                .isEqualTo(401);
        // nor may it be kept by mistake, as no key may
        var pasted = rig.operator().post("/v1/keys", with(EmbedRig.teamKey(rig.web), "name", token));
        assertThat(pasted.status()).isEqualTo(422);
    }

    @Test
    void nobody_gives_what_the_session_does_not_hold() {
        var page = rig.session(Map.of("team", rig.web), "capabilities", USUAL);
        assertThat(page.post("/v1/keys", EmbedRig.teamKey(rig.web, "resources:read"))
                        .code())
                .isEqualTo("scope_not_held");
        assertThat(page.post("/v1/keys", EmbedRig.teamKey(rig.web, "*")).code()).isEqualTo("scope_not_held");
        var wide = made(EmbedRig.teamKey(rig.web, "resources:read"));
        var path = "/v1/keys/" + wide.at("id");
        assertThat(page.post(path + "/rotate").code()).isEqualTo("scope_not_held");
        assertThat(page.patch(path, Map.of("expires_in", "1y")).code()).isEqualTo("scope_not_held");
        page.post(path + "/disable").expect(200);
        assertThat(page.post(path + "/enable").code()).isEqualTo("scope_not_held");
        var narrow = page.post("/v1/keys", EmbedRig.teamKey(rig.web, "sessions:write"))
                .expect(201);
        assertThat(page.patch("/v1/keys/" + narrow.at("id"), Map.of("scopes", List.of("resources:read")))
                        .code())
                .isEqualTo("scope_not_held");
        var reader = rig.session(Map.of("team", rig.web), "capabilities", List.of("keys:read"));
        assertThat(reader.post("/v1/keys", EmbedRig.teamKey(rig.web)).code()).isEqualTo("insufficient_scope");
        assertThat(reader.post(path + "/revoke").code()).isEqualTo("insufficient_scope");
        page.post(path + "/revoke").expect(200);
    }

    @Test
    void what_is_forced_is_so_whatever_the_request_says() {
        var page = rig.session(
                Map.of("team", rig.web),
                "forced",
                Map.of(
                        "scopes", List.of("sessions:write"),
                        "metadata", Map.of("tenant", "acme", "plan", "gold"),
                        "verified_metadata", Map.of("tenant", "acme"),
                        "max_ttl", "30d"));
        var wanted = with(EmbedRig.teamKey(rig.web, "*"), "metadata", Map.of("tenant", "evil", "note", "mine"));
        var key = page.post("/v1/keys", wanted).expect(201);
        assertThat(EmbedRig.texts(key, "scopes")).containsExactly("sessions:write");
        assertThat(key.at("metadata/tenant") + key.at("metadata/plan") + key.at("metadata/note"))
                .isEqualTo("acmegoldmine");
        assertThat(rig.operator()
                        .post("/v1/keys/verify", Map.of("key", key.at("secret")))
                        .at("metadata/tenant"))
                .isEqualTo("acme");
        assertThat(page.post("/v1/keys", with(wanted, "expires_in", "31d")).code())
                .isEqualTo("forbidden");
        assertThat(page.post("/v1/keys", with(wanted, "expires_in", "none")).status())
                .isIn(403, 422);
        assertThat(page.post("/v1/keys", with(wanted, "verified_metadata", Map.of("tenant", "evil")))
                        .code())
                .isEqualTo("forbidden");

        var path = "/v1/keys/" + key.at("id");
        var edited =
                page.patch(path, Map.of("metadata", Map.of("tenant", "evil"))).expect(200);
        assertThat(edited.at("metadata/tenant") + edited.at("metadata/plan")).isEqualTo("acmegold");
        assertThat(page.patch(path, Map.of("scopes", List.of())).at("field")).isEqualTo("scopes");
        assertThat(page.patch(path, Map.of("verified_metadata", Map.of("tenant", "evil")))
                        .at("field"))
                .isEqualTo("verified_metadata");
        assertThat(page.ask("PATCH", path, Optional.of("{\"verified_metadata\": null}"))
                        .status())
                .isEqualTo(403);
        assertThat(page.patch(path, Map.of("expires_in", "60d")).code()).isEqualTo("forbidden");
        var rotated = page.post(path + "/rotate", Map.of("grace", "0")).expect(201);
        assertThat(EmbedRig.texts(rotated, "scopes")).containsExactly("sessions:write");
        assertThat(rotated.at("metadata/tenant")).isEqualTo("acme");
    }

    @Test
    void a_key_that_was_made_elsewhere_gets_what_is_forced_when_it_is_rotated() {
        var page = rig.session(
                Map.of("team", rig.web),
                "forced",
                Map.of("scopes", List.of("sessions:write"), "metadata", Map.of("tenant", "acme"), "max_ttl", "7d"));
        var old = made(with(EmbedRig.teamKey(rig.web, "sessions:write"), "expires_in", "1y"));
        var rotated = page.post("/v1/keys/" + old.at("id") + "/rotate").expect(201);
        assertThat(rotated.at("metadata/tenant")).isEqualTo("acme");
        assertThat(rotated.at("expires_at")).isLessThan(old.at("expires_at"));
        var other = made(EmbedRig.teamKey(rig.web, "sessions:read"));
        assertThat(page.post("/v1/keys/" + other.at("id") + "/rotate").code()).isEqualTo("scope_not_held");
    }

    @Test
    void another_credential_of_the_same_owner_does_not_get_the_secret_again() {
        var header = "6f1d4f2e-6a0b-4c19-9f7e-2b1f5f0c8a31";
        var first = rig.session(Map.of("team", rig.web));
        var second = rig.session(Map.of("team", rig.web));
        var key = first.postOnce("/v1/keys", header, EmbedRig.teamKey(rig.web)).expect(201);
        assertThat(first.postOnce("/v1/keys", header, EmbedRig.teamKey(rig.web)).at("secret"))
                .isEqualTo(key.at("secret"));
        var stolen = second.postOnce("/v1/keys", header, EmbedRig.teamKey(rig.web));
        assertThat(stolen.code()).isEqualTo("idempotency_key_taken");
        assertThat(stolen.at("detail")).contains(key.at("id"));
    }

    @Test
    void a_test_key_opens_sessions_for_test_keys_alone() {
        var test = made(Map.of(
                "type",
                "team",
                "organization",
                rig.acme,
                "name",
                "x",
                "mode",
                "test",
                "scopes",
                List.of("embed:create", "keys:*")));
        var opened = rig.operator()
                .as(test.at("secret"))
                .post("/v1/embed-sessions", EmbedRig.wanted(Map.of("team", rig.web)))
                .expect(201);
        var page = rig.operator().as(opened.at("token"));
        assertThat(page.post("/v1/keys", EmbedRig.teamKey(rig.web)).status()).isEqualTo(403);
        page.post("/v1/keys", with(EmbedRig.teamKey(rig.web), "mode", "test")).expect(201);
    }

    @Test
    void an_owner_has_so_many_sessions_and_no_more() {
        var full = rig.operator()
                .put("/v1/teams/ext:full", Map.of("organization", rig.acme, "name", "Full"))
                .at("id");
        rig.open(Map.of("team", full));
        rig.cluster
                .schema()
                .execute(
                        "INSERT INTO access_session (digest, kind, organization_id, parent_key_id, subject,"
                                + " capabilities, expires_at, id) SELECT sha256(CAST('many' || n AS bytea)), kind,"
                                + " organization_id, parent_key_id, subject, capabilities, expires_at, 'ems_' || n FROM"
                                + " access_session, generate_series(1, ?) AS n WHERE subject = ?",
                        EmbedSessions.SESSIONS_OF_OWNER_MAX - 1,
                        full);
        var answer = rig.back().post("/v1/embed-sessions", EmbedRig.wanted(Map.of("team", full)));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("conflict");
    }

    @Test
    void row_level_security_holds_it_to_its_owner_as_well() {
        var session = rig.open(Map.of("team", rig.web));
        made(EmbedRig.teamKey(rig.web));
        made(EmbedRig.teamKey(rig.ops));
        var owner = new Reach.Audiences(Set.of(rig.web));
        var context = new TenantContext("embed", new OrganizationId(rig.acme), owner, owner, false);
        try (var database = new Database(rig.cluster.schema().app(), 1)) {
            List<String> seen = database.read(
                    context,
                    tx -> tx.handle()
                            .createQuery("SELECT DISTINCT audience_id FROM api_key")
                            .mapTo(String.class)
                            .list());
            assertThat(seen).containsExactly(rig.web);
            var changed = database.inTransaction(
                    context,
                    tx -> List.of(
                            tx.handle().execute("UPDATE api_key SET name = 'x' WHERE audience_id = ?", rig.ops),
                            tx.handle().execute("DELETE FROM access_session")));
            assertThat(changed.value()).containsExactly(0, 0);
            assertThatThrownBy(() -> database.inTransaction(
                            context,
                            tx -> tx.handle()
                                    .execute(
                                            "UPDATE access_session SET capabilities = '{*}' WHERE id = ?",
                                            session.at("id"))))
                    .hasMessageContaining("row-level security");
            assertThatThrownBy(() -> database.inTransaction(
                            context,
                            tx -> tx.handle()
                                    .execute(
                                            "INSERT INTO access_session (digest, kind, organization_id, parent_key_id,"
                                                    + " subject, capabilities, expires_at, id) SELECT sha256('own'), kind,"
                                                    + " organization_id, parent_key_id, organization_id, '{*}',"
                                                    + " expires_at, 'ems_own' FROM access_session WHERE id = ?",
                                            session.at("id"))))
                    .hasMessageContaining("row-level security");
        }
    }
}
