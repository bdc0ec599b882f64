package dev.shearline.server.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an embed session is opened with, what it says of itself, and when it ends. */
@Tag("storage")
class EmbedSessionsTest {

    private static EmbedRig rig;

    @BeforeAll
    static void start() {
        rig = new EmbedRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void a_back_end_opens_a_session_and_the_page_makes_a_key_with_it() {
        var opened = rig.open(
                Map.of("team", rig.web),
                "capabilities",
                List.of("keys:read", "keys:write", "sessions:write"),
                "ttl",
                600);
        assertThat(opened.at("id")).matches("ems_[0-9A-Za-z]{16}");
        assertThat(opened.at("token")).matches("shl_embed_[0-9A-Za-z]{38}");
        assertThat(opened.at("owner/id")).isEqualTo(rig.web);
        assertThat(opened.at("link")).isEmpty();

        var page = rig.operator().as(opened.at("token"));
        var made = page.post("/v1/keys", EmbedRig.teamKey(rig.web, "sessions:write"))
                .expect(201);
        assertThat(made.at("created_by")).isEqualTo(rig.web);
        assertThat(EmbedRig.ids(page.get("/v1/keys"))).contains(made.at("id"));
        assertThat(rig.operator().verify(made.at("secret"))).isEqualTo("allowed");
        assertThat(rig.cluster.audit(opened.at("id"))).isEqualTo("embed_session.created");
        assertThat(rig.operator()
                        .get("/v1/audit-events?organization=" + rig.acme + "&target=" + made.at("id"))
                        .at("items/0/actor/kind"))
                .isEqualTo("embed");
    }

    @Test
    void an_operator_may_give_the_organization_and_the_user_with_it() {
        var body = EmbedRig.wanted(
                Map.of(
                        "organization", Map.of("external_id", "fresh", "name", "Fresh"),
                        "user", Map.of("external_id", "fred", "name", "Fred")),
                "capabilities",
                List.of("keys:read", "keys:write", "sessions:write"));
        var opened = rig.operator().post("/v1/embed-sessions", body).expect(201);
        assertThat(opened.at("owner/external_id")).isEqualTo("fred");
        assertThat(opened.at("organization/external_id")).isEqualTo("fresh");
        var page = rig.operator().as(opened.at("token"));
        page.post("/v1/keys", EmbedRig.personalKey("ext:fred", "sessions:write"))
                .expect(201);
        assertThat(rig.back().post("/v1/embed-sessions", body).status()).isEqualTo(403);
    }

    @Test
    void a_repeated_request_gets_the_same_token() {
        var header = "0d9c4f2e-6a0b-4c19-9f7e-2b1f5f0c8a31";
        var body = EmbedRig.wanted(Map.of("team", rig.web), "link", true);
        var first = rig.back().postOnce("/v1/embed-sessions", header, body).expect(201);
        var again = rig.back().postOnce("/v1/embed-sessions", header, body).expect(201);
        assertThat(again.at("token")).isEqualTo(first.at("token"));
        assertThat(again.at("link")).isEqualTo(first.at("link"));
        assertThat(rig.back()
                        .postOnce("/v1/embed-sessions", header, EmbedRig.wanted(Map.of("team", rig.ops)))
                        .code())
                .isEqualTo("idempotency_key_reused");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        "ttl": "59s"                                     | ttl
        "ttl": "61m"                                     | ttl
        "ttl": 3601                                      | ttl
        "ttl": 90.5                                      | ttl
        "ttl": "soon"                                    | ttl
        "origins": []                                    | origins
        "origins": ["http://app.example.com"]            | origins
        "origins": ["https://app.example.com/"]          | origins
        "origins": ["https://App.example.com"]           | origins
        "origins": ["https://app.example.com:443"]       | origins
        "origins": ["https://u@app.example.com"]         | origins
        "origins": ["*"]                                 | origins
        "origins": ["null"]                              | origins
        "capabilities": []                               | capabilities
        "capabilities": ["embed:create"]                 | capabilities
        "capabilities": ["*"]                            | capabilities
        "capabilities": ["nothing:known"]                | scopes
        "forced": {"scopes": ["embed:*"]}                | forced.scopes
        "forced": {"metadata": "x"}                      | metadata
        "forced": {"max_ttl": "none"}                    | forced.max_ttl
        "include_teams": true                            | include_teams
        "owner": {"team": "ext:web", "user": "ext:ada"}  | owner
        "surprise": 1                                    | surprise
        """)
    void what_makes_no_session_is_refused_by_name(String field, String named) {
        var body = "{\"origins\": [\"http://localhost:5173\"], \"owner\": {\"team\": \"ext:web\"}, " + field + "}";
        var name = field.substring(0, field.indexOf(':'));
        var only =
                body.replaceFirst("(?<=\\{|, )\\Q" + name + "\\E: (\\[[^]]*]|\\{[^}]*}), (?=.*\\Q" + name + "\\E)", "");
        var answer = rig.back().postRaw("/v1/embed-sessions", only);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(422);
        assertThat(answer.at("field")).isEqualTo(named);
    }

    @Test
    void only_a_server_s_key_that_holds_all_of_it_opens_a_session() {
        var wanted = EmbedRig.wanted(Map.of("team", rig.web));
        assertThat(rig.operator().as("").post("/v1/embed-sessions", wanted).status())
                .isEqualTo(401);
        var reader = rig.operator().as(rig.cluster.issue(rig.acme, "keys:read").at("secret"));
        assertThat(reader.post("/v1/embed-sessions", wanted).code()).isEqualTo("insufficient_scope");
        var more = rig.back()
                .post(
                        "/v1/embed-sessions",
                        EmbedRig.wanted(Map.of("team", rig.web), "capabilities", List.of("members:read")));
        assertThat(more.code()).isEqualTo("scope_not_held");
        var forced = rig.back()
                .post(
                        "/v1/embed-sessions",
                        EmbedRig.wanted(Map.of("team", rig.web), "forced", Map.of("scopes", List.of("members:read"))));
        assertThat(forced.code()).isEqualTo("scope_not_held");
        var person = rig.operator()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "personal",
                                "organization",
                                rig.acme,
                                "user",
                                rig.ada,
                                "name",
                                "x",
                                "scopes",
                                List.of("*")))
                .expect(201);
        assertThat(rig.operator()
                        .as(person.at("secret"))
                        .post("/v1/embed-sessions", wanted)
                        .status())
                .isEqualTo(403);
        var team = rig.operator()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "team",
                                rig.web,
                                "name",
                                "x",
                                "scopes",
                                List.of("embed:create", "keys:*")))
                .expect(201);
        var other = rig.operator().as(team.at("secret"));
        other.post("/v1/embed-sessions", wanted).expect(201);
        assertThat(other.post("/v1/embed-sessions", EmbedRig.wanted(Map.of("team", rig.ops)))
                        .status())
                .isEqualTo(403);
        assertThat(other.post("/v1/embed-sessions", EmbedRig.wanted(Map.of("user", "ext:ada")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void owners_of_other_organizations_are_not_there() {
        var stranger = rig.operator()
                .as(rig.cluster
                        .issue(rig.cluster.organization("other"), "embed:create", "keys:*")
                        .at("secret"));
        for (var owner : List.of(
                Map.of("team", rig.web),
                Map.of("user", rig.ada),
                Map.of("user", "ext:ada"),
                Map.of("organization", rig.acme))) {
            var answer = stranger.post("/v1/embed-sessions", EmbedRig.wanted(owner));
            assertThat(answer.status()).as(owner.toString()).isEqualTo(404);
        }
        var opened = rig.open(Map.of("team", rig.web));
        assertThat(stranger.delete("/v1/embed-sessions/" + opened.at("id")).status())
                .isEqualTo(404);
        assertThat(stranger.delete("/v1/embed-sessions/ems_0000000000000000").status())
                .isEqualTo(404);
        rig.operator().as(opened.at("token")).get("/v1/session").expect(200);
    }

    @Test
    void the_session_says_what_a_screen_needs() {
        rig.operator()
                .post("/v1/keys", EmbedRig.teamKey(rig.ops, "resources:read"))
                .expect(201);
        var session = rig.session(
                        Map.of("user", "ext:ada"),
                        "include_teams",
                        true,
                        "capabilities",
                        List.of("keys:read", "keys:write", "sessions:write"),
                        "forced",
                        Map.of("max_ttl", "30d"))
                .get("/v1/session")
                .expect(200);
        assertThat(session.at("kind")).isEqualTo("embed");
        assertThat(session.at("organization/external_id")).isEqualTo("acme");
        assertThat(EmbedRig.texts(session, "capabilities"))
                .containsExactly("keys:read", "keys:write", "sessions:write");
        assertThat(session.json()
                        .path("owners")
                        .valueStream()
                        .map(owner -> owner.path("name").asString()))
                .containsExactly("ada", "ops", "web");
        assertThat(EmbedRig.texts(session, "owners/0/capabilities")).containsExactly("keys:read", "keys:write");
        assertThat(EmbedRig.texts(session, "owners/1/grantable"))
                .contains("sessions:write")
                .doesNotContain("resources:read");
        assertThat(session.json().at("/owners/1/live_keys").asInt()).isPositive();
        // a developer sees the keys of the team, and changes none
        assertThat(EmbedRig.texts(session, "owners/2/capabilities")).containsExactly("keys:read");
        assertThat(EmbedRig.texts(session, "owners/2/grantable")).isEmpty();
        assertThat(session.at("owners/0/limits/max_ttl")).isEqualTo("30d");
        assertThat(session.at("owners/0/limits/default_ttl")).isEqualTo("30d");
        assertThat(session.at("owners/0/limits/expiry_required")).isEqualTo("true");
        assertThat(session.at("forced/max_ttl")).isEqualTo("30d");
        assertThat(session.json()
                        .path("scopes")
                        .valueStream()
                        .map(scope -> scope.path("name").asString()))
                .contains("sessions:write", "keys:read");
    }

    @Test
    void a_key_says_what_it_is_too() {
        var of = rig.back().get("/v1/session").expect(200);
        assertThat(of.at("kind") + " " + of.at("id")).isEqualTo("key " + rig.back.at("id"));
        assertThat(of.at("owners/0/type")).isEqualTo("organization");
        var operator = rig.operator().get("/v1/session").expect(200);
        assertThat(operator.at("kind")).isEqualTo("operator");
        assertThat(operator.json().path("organization").isNull()).isTrue();
        assertThat(rig.operator().as("").get("/v1/session").status()).isEqualTo(401);
        var publishable = rig.operator()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "team",
                                rig.web,
                                "name",
                                "x",
                                "visibility",
                                "publishable",
                                "scopes",
                                List.of()))
                .expect(201);
        assertThat(rig.operator()
                        .as(publishable.at("secret"))
                        .get("/v1/session")
                        .status())
                .isEqualTo(403);
        assertThat(rig.back().get("/v1/session?x=1").status()).isEqualTo(422);
    }

    @Test
    void whoever_opened_it_ends_it_at_once() {
        var opened = rig.open(Map.of("team", rig.web));
        var page = rig.operator().as(opened.at("token"));
        page.get("/v1/session").expect(200);
        rig.back().delete("/v1/embed-sessions/" + opened.at("id")).expect(204);
        assertThat(page.get("/v1/session").status()).isEqualTo(401);
        assertThat(rig.cluster.audit(opened.at("id"))).isEqualTo("embed_session.created embed_session.ended");
        assertThat(rig.back().delete("/v1/embed-sessions/" + opened.at("id")).status())
                .isEqualTo(404);
        assertThat(rig.operator()
                        .as(rig.cluster.issue(rig.acme, "keys:*").at("secret"))
                        .delete("/v1/embed-sessions/" + opened.at("id"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void it_narrows_and_ends_with_the_key_that_opened_it() {
        var key = rig.cluster.issue(rig.acme, "embed:create", "keys:read", "keys:write");
        var page = rig.operator()
                .as(rig.operator()
                        .as(key.at("secret"))
                        .post("/v1/embed-sessions", EmbedRig.wanted(Map.of("team", rig.web)))
                        .expect(201)
                        .at("token"));
        page.post("/v1/keys", EmbedRig.teamKey(rig.web)).expect(201);
        var path = "/v1/keys/" + key.at("id");
        rig.operator()
                .patch(path, Map.of("scopes", List.of("embed:create", "keys:read")))
                .expect(200);
        assertThat(page.post("/v1/keys", EmbedRig.teamKey(rig.web)).code()).isEqualTo("insufficient_scope");
        page.get("/v1/keys").expect(200);
        rig.operator().patch(path, Map.of("scopes", List.of("keys:read"))).expect(200);
        assertThat(page.get("/v1/keys").status()).isEqualTo(401);
        rig.operator()
                .patch(path, Map.of("scopes", List.of("embed:create", "keys:read")))
                .expect(200);
        page.get("/v1/keys").expect(200);
        rig.operator().post(path + "/revoke").expect(200);
        assertThat(page.get("/v1/keys").status()).isEqualTo(401);
    }

    @Test
    void it_ends_with_its_owner_and_with_the_organization() {
        var cid = rig.user("cid", rig.web + " developer");
        assertEnds(rig.session(Map.of("user", "ext:cid")), () -> rig.operator().post("/v1/users/" + cid + "/disable"));
        rig.operator().post("/v1/users/" + cid + "/enable").expect(200);
        var member = rig.operator()
                .get("/v1/members?organization=" + rig.acme + "&user=" + cid)
                .at("items/0/id");
        assertEnds(rig.session(Map.of("user", "ext:cid")), () -> rig.operator().delete("/v1/members/" + member));

        var team = rig.operator()
                .put("/v1/teams/ext:gone", Map.of("organization", rig.acme, "name", "Gone"))
                .at("id");
        assertEnds(rig.session(Map.of("team", team)), () -> rig.operator().delete("/v1/teams/" + team));

        var doomed = rig.cluster.organization("doomed");
        var page = rig.operator()
                .as(rig.operator()
                        .post("/v1/embed-sessions", EmbedRig.wanted(Map.of("organization", doomed)))
                        .expect(201)
                        .at("token"));
        assertEnds(page, () -> rig.operator().post("/v1/organizations/" + doomed + "/suspend"));
    }

    private static void assertEnds(Api page, Supplier<Api.Answer> end) {
        page.get("/v1/session").expect(200);
        end.get().expect(200);
        assertThat(page.get("/v1/session").status()).isEqualTo(401);
    }

    @Test
    void a_demoted_person_does_no_more_than_before_the_next_click() {
        var dan = rig.user("dan", rig.web + " developer");
        var page = rig.session(Map.of("user", "ext:dan"));
        page.post("/v1/keys", EmbedRig.personalKey(dan)).expect(201);
        var member = rig.operator()
                .get("/v1/members?organization=" + rig.acme + "&user=" + dan)
                .at("items/0/id");
        rig.operator()
                .patch("/v1/members/" + member, Map.of("roles", List.of(Map.of("unit", rig.web, "role", "viewer"))))
                .expect(200);
        assertThat(page.post("/v1/keys", EmbedRig.personalKey(dan)).status()).isEqualTo(403);
        page.get("/v1/keys").expect(200);
    }

    @Test
    void it_expires() {
        var opened = rig.open(Map.of("team", rig.web), "ttl", "1m");
        rig.cluster
                .schema()
                .execute(
                        "UPDATE access_session SET expires_at = now() - interval '1 second' WHERE id = ?",
                        opened.at("id"));
        assertThat(rig.operator().as(opened.at("token")).get("/v1/keys").status())
                .isEqualTo(401);
        assertThat(rig.back().delete("/v1/embed-sessions/" + opened.at("id")).status())
                .isEqualTo(404);
    }
}
