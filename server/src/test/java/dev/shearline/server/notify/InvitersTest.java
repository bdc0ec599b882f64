package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an invitation is worth once whoever made it has less, or is no more, and how many there can be. */
@Tag("storage")
class InvitersTest extends InvitationRig {

    @Test
    void an_invitation_is_worth_what_its_inviter_is_worth() {
        var inviter = cluster.api()
                .put("/v1/users/ext:inviter" + NUMBERS.incrementAndGet(), Map.of("name", "Eve"))
                .at("id");
        var member = cluster.api()
                .post(
                        "/v1/members",
                        Map.of("organization", acme, "user", inviter, "roles", List.of(Map.of("role", "owner"))))
                .expect(201)
                .at("id");
        var eve = cluster.api()
                .as(cluster.api()
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "personal",
                                        "organization",
                                        acme,
                                        "user",
                                        inviter,
                                        "name",
                                        "eve",
                                        "scopes",
                                        List.of("*")))
                        .expect(201)
                        .at("secret"));
        var first = address();
        var body = body(first);
        body.put("roles", List.of(Map.of("role", "owner")));
        eve.post("/v1/invitations", body).expect(201);
        var token = token(first, 1);

        cluster.api()
                .patch("/v1/members/" + member, Map.of("roles", List.of(Map.of("role", "admin"))))
                .expect(200);
        assertThat(browse("POST", token).statusCode()).isEqualTo(404);

        cluster.api()
                .patch("/v1/members/" + member, Map.of("roles", List.of(Map.of("role", "owner"))))
                .expect(200);
        assertThat(browse("POST", token).statusCode()).isEqualTo(200);
        var second = address();
        eve.post("/v1/invitations", body(second)).expect(201);
        cluster.api().delete("/v1/members/" + member).expect(200);
        assertThat(browse("POST", token(second, 1)).statusCode()).isEqualTo(404);
    }

    @Test
    void an_invitation_ends_with_the_key_that_made_it() {
        var team = cluster.issue(acme, "*");
        var host = cluster.api()
                .post("/v1/keys", Map.of("type", "operator", "name", "host", "scopes", List.of("*")))
                .expect(201);
        for (var key : List.of(team, host)) {
            var email = address();
            var id = cluster.api()
                    .as(key.at("secret"))
                    .post("/v1/invitations", body(email))
                    .expect(201)
                    .at("id");
            var token = token(email, 1);

            cluster.api().post("/v1/keys/" + key.at("id") + "/disable").expect(200);
            assertThat(browse("POST", token).statusCode()).isEqualTo(404);
            cluster.api().post("/v1/keys/" + key.at("id") + "/enable").expect(200);
            own.post("/v1/invitations/" + id + "/resend").expect(200);
            var second = token(email, 2);
            cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);

            assertThat(browse("POST", second).statusCode()).isEqualTo(404);
            var resent = own.post("/v1/invitations/" + id + "/resend").expect(409);
            assertThat(resent.code()).isEqualTo("invalid_state");
            assertThat(resent.at("detail")).contains("make a new one");
        }
    }

    @Test
    void scopes_that_the_host_takes_from_an_inviter_take_what_they_promised() {
        var user = cluster.api()
                .put("/v1/users/ext:inviter" + NUMBERS.incrementAndGet(), Map.of("name", "Ada"))
                .at("id");
        var member = cluster.api()
                .post(
                        "/v1/members",
                        Map.of("organization", acme, "user", user, "roles", List.of(Map.of("role", "admin"))))
                .expect(201)
                .at("id");
        var ada = cluster.api()
                .as(cluster.api()
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "personal",
                                        "organization",
                                        acme,
                                        "user",
                                        user,
                                        "name",
                                        "ada",
                                        "scopes",
                                        List.of("*")))
                        .expect(201)
                        .at("secret"));
        var email = address();
        ada.post("/v1/invitations", body(email)).expect(201);
        var token = token(email, 1);
        for (var left : List.of(List.of("members:*"), List.of("keys:*", "resources:*"))) {
            cluster.api()
                    .put("/v1/members/" + member + "/scopes", Map.of("scopes", left))
                    .expect(200);
            assertThat(browse("POST", token).statusCode()).isEqualTo(404);
        }
        cluster.api().delete("/v1/members/" + member + "/scopes").expect(200);
        assertThat(browse("POST", token).statusCode()).isEqualTo(200);
    }

    /** As if so many had been invited, a while ago. */
    private static void invited(String organization, int many, String ago) {
        cluster.schema().execute("""
                        INSERT INTO invitation (id, organization_id, email, roles, created_at, created_by, inviter, expires_at)
                        SELECT 'inv_' || substr(md5(random()::text), 1, 16), ?, 'x@example.com', '[]', now() - CAST(? AS interval), 'key_x', '',
                               now() - CAST(? AS interval) + interval '7 days'
                          FROM generate_series(1, ?)
                        """, organization, ago, ago, many);
    }

    @Test
    void an_organization_has_so_many_invitations_pending_and_sends_so_many_letters_a_day() {
        var crowded = cluster.organization("crowded" + NUMBERS.incrementAndGet());
        invited(crowded, Invitations.PENDING_MAX - 1, "2 days");
        invited(crowded, 5, "8 days");
        var body = body(address());
        body.put("organization", crowded);
        var last = cluster.api().post("/v1/invitations", body).expect(201);
        var refused = cluster.api().post("/v1/invitations", body).expect(409);
        assertThat(refused.code()).isEqualTo("invalid_state");
        assertThat(refused.at("detail")).contains("500", "revoke");
        cluster.api().post("/v1/invitations/" + last.at("id") + "/resend").expect(200);
        cluster.api().post("/v1/invitations/" + last.at("id") + "/revoke").expect(200);
        var again = cluster.api().post("/v1/invitations", body).expect(201);

        invited(crowded, Invitations.LETTERS_A_DAY_MAX - 3, "1 hour");
        cluster.schema()
                .execute(
                        "UPDATE invitation SET expires_at = now() WHERE organization_id = ? AND created_at < now() - interval '1 day'",
                        crowded);
        for (var path : List.of("/v1/invitations", "/v1/invitations/" + again.at("id") + "/resend")) {
            var tomorrow = cluster.api()
                    .post(path, path.endsWith("resend") ? Map.of() : body)
                    .expect(409);
            assertThat(tomorrow.code()).isEqualTo("invalid_state");
            assertThat(tomorrow.at("detail")).contains("250", "tomorrow");
        }
    }
}
