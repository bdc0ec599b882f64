package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Before a member goes: which keys end, and which stay that they know the secret of. */
@Tag("storage")
class OffboardingTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        api = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String member(String user, String role) {
        api.put("/v1/users/ext:" + user, Map.of("name", user)).expect(201);
        return api.post(
                        "/v1/members",
                        Map.of("organization", acme, "user", "ext:" + user, "roles", List.of(Map.of("role", role))))
                .expect(201)
                .at("id");
    }

    private static Api.Answer make(Api caller, Map<String, String> owner) {
        var body = new HashMap<String, Object>(owner);
        body.put("organization", acme);
        body.put("name", "n");
        body.put("scopes", List.of("keys:read", "keys:write", "members:read"));
        return caller.post("/v1/keys", body).expect(201);
    }

    @Test
    void it_shows_what_dies_with_the_member_and_what_they_made_that_stays() {
        var leaver = member("ann", "admin");
        var own = make(api, Map.of("type", "personal", "user", "ext:ann"));
        var hers = api.as(own.at("secret"));
        var team = make(hers, Map.of("type", "team"));
        var ended = make(hers, Map.of("type", "team"));
        api.post("/v1/keys/" + ended.at("id") + "/revoke").expect(200);
        var written = cluster.schema().query("SELECT count(*) FROM audit_event");
        var preview = api.get("/v1/members/" + leaver + "/offboarding").expect(200);
        assertThat(preview.at("member/id")).isEqualTo(leaver);
        assertThat(preview.at("last_owner")).isEqualTo("false");
        assertThat(preview.at("ends/count")).isEqualTo("1");
        assertThat(preview.at("ends/items/0/id")).isEqualTo(own.at("id"));
        assertThat(preview.at("stays/count")).isEqualTo("1");
        assertThat(preview.at("stays/items/0/id")).isEqualTo(team.at("id"));
        assertThat(cluster.schema().query("SELECT count(*) FROM audit_event")).isEqualTo(written);
        api.delete("/v1/members/" + leaver).expect(200);
        assertThat(api.verify(own.at("secret"))).isEqualTo("revoked");
        assertThat(api.verify(team.at("secret"))).isEqualTo("allowed");
    }

    /** However it came to be: by a session or a key, made, imported or rotated, for a unit or for somebody else. */
    @Test
    void what_a_member_has_made_is_shown_and_listed_page_by_page() {
        var leaver = member("lea", "admin");
        member("colleague", "developer");
        var own = make(api, Map.of("type", "personal", "user", "ext:lea"));
        var hers = api.as(own.at("secret"));
        var first = make(hers, Map.of("type", "team"));
        var others = make(hers, Map.of("type", "personal", "user", "ext:colleague"));
        var rotated = hers.post("/v1/keys/" + make(api, Map.of("type", "team")).at("id") + "/rotate")
                .expect(201);
        make(api, Map.of("type", "team"));
        cluster.schema()
                .execute(
                        "INSERT INTO access_session (digest, kind, organization_id, membership_id, subject,"
                                + " capabilities, expires_at) VALUES (sha256('ses-lea'), 'member', ?, ?, ?, '{*}', now() +"
                                + " interval '1 hour')",
                        acme,
                        leaver,
                        leaver);
        var signedIn = api.as("ses-lea");
        var team = Map.of("type", "team", "name", "n", "scopes", List.<String>of());
        var bySession = signedIn.post("/v1/keys", team).expect(201);
        var imported = signedIn.post(
                        "/v1/keys/import",
                        Map.of(
                                "items",
                                List.of(Map.of(
                                        "type",
                                        "team",
                                        "name",
                                        "n",
                                        "scopes",
                                        List.<String>of(),
                                        "plaintext",
                                        "of-another-system-0123456789abcdef"))))
                .expect(200)
                .at("items/0/id");
        var endpoint = signedIn.post(
                        "/v1/webhooks",
                        Map.of("url", "https://example.com/", "events", List.of("*"), "description", "all of it"))
                .expect(201)
                .at("id");
        api.post("/v1/webhooks", Map.of("organization", acme, "url", "https://example.com/", "events", List.of("*")))
                .expect(201);
        var made = Set.of(first.at("id"), others.at("id"), rotated.at("id"), bySession.at("id"), imported);

        var preview = api.get("/v1/members/" + leaver + "/offboarding").expect(200);
        assertThat(preview.at("ends/count")).isEqualTo("1");
        assertThat(preview.at("stays/count")).isEqualTo("5");
        assertThat(preview.at("webhooks/0/id")).isEqualTo(endpoint);
        assertThat(preview.at("webhooks/0/description")).isEqualTo("all of it");
        assertThat(preview.at("webhooks/1/id")).isEmpty();
        for (var maker : List.of(leaver, "ext:lea")) {
            var listed = new HashSet<String>();
            var path = "/v1/keys?limit=2&organization=" + acme + "&made_by=" + maker;
            for (var page = api.get(path).expect(200); ; page = api.get(path + "&cursor=" + page.at("next_cursor"))) {
                page.json()
                        .path("items")
                        .forEach(key -> listed.add(key.path("id").asString()));
                if (page.at("next_cursor").isEmpty()) {
                    break;
                }
            }
            assertThat(listed).isEqualTo(made);
        }
        assertThat(api.get("/v1/keys?made_by=" + own.at("id"))
                        .expect(200)
                        .json()
                        .path("items")
                        .size())
                .isEqualTo(3);
        assertThat(api.get("/v1/keys?made_by=ext:nobody")
                        .expect(200)
                        .json()
                        .path("items")
                        .size())
                .isZero();
        assertThat(api.get("/v1/keys?made_by=").code()).isEqualTo("invalid_parameter");
    }

    @Test
    void the_last_owner_is_told_so() {
        var owner = member("olga", "owner");
        assertThat(api.get("/v1/members/" + owner + "/offboarding").at("last_owner"))
                .isEqualTo("true");
    }

    @Test
    void it_is_for_those_who_may_remove_the_member() {
        var leaver = member("bob", "developer");
        var path = "/v1/members/" + leaver + "/offboarding";
        var admin = api.as(make(api, Map.of("type", "personal", "user", "ext:" + named(member("adm", "admin"))))
                .at("secret"));
        assertThat(admin.get(path).status()).isEqualTo(200);
        var bob =
                api.as(make(api, Map.of("type", "personal", "user", "ext:bob")).at("secret"));
        assertThat(bob.get(path).status()).isEqualTo(403);
        assertThat(api.as("").get(path).status()).isEqualTo(401);
        var foreign = api.as(cluster.issue(cluster.organization("other"), "*").at("secret"));
        assertThat(foreign.get(path).status()).isEqualTo(404);
        assertThat(foreign.get("/v1/members/mem_nobody/offboarding").status()).isEqualTo(404);
        var reader = api.as(cluster.issue(acme, "members:read").at("secret"));
        assertThat(reader.get(path).code()).isEqualTo("insufficient_scope");
    }

    /** The user's own id of a member that was made here. */
    private static String named(String member) {
        return api.get("/v1/members/" + member).at("user/external_id");
    }
}
