package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.FailingEvents;
import dev.shearline.server.testing.Receiver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invitations from the request to the button in the page, on two nodes with a real mail server. */
@Tag("storage")
class InvitationsTest extends InvitationRig {

    @Test
    void whoever_opens_the_link_and_accepts_is_a_member_once() {
        var email = address();
        try (var receiver = Receiver.start()) {
            own.post("/v1/webhooks", Map.of("url", receiver.url("/"), "events", List.of("member.invited")))
                    .expect(201);
            var invitation = invite(email);
            var told = receiver.await("member.invited", invitation.at("id"));
            assertThat(told.at("data/roles/0/role")).isEqualTo("developer");
            assertThat(told.body()).doesNotContain(email);

            var token = token(email, 1);
            var first = browse("GET", token);
            var again = browse("GET", token);
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(again.body()).isEqualTo(first.body()).contains("acme", "Accept the invitation");
            assertThat(first.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'", "frame-ancestors 'none'");
            assertThat(own.get("/v1/invitations/" + invitation.at("id")).at("status"))
                    .isEqualTo("pending");

            assertThat(browse("POST", token).statusCode()).isEqualTo(200);
            assertThat(browse("POST", token).statusCode()).isEqualTo(404);
            assertThat(browse("GET", token).statusCode()).isEqualTo(404);

            var accepted = own.get("/v1/invitations/" + invitation.at("id")).expect(200);
            assertThat(accepted.at("status")).isEqualTo("accepted");
            var member = own.get("/v1/members/" + accepted.at("member")).expect(200);
            assertThat(member.at("user/email")).isEqualTo(email);
            assertThat(member.at("user/name")).isEqualTo("Gast");
            assertThat(member.at("roles/0/role")).isEqualTo("developer");
            assertThat(cluster.audit(invitation.at("id"))).isEqualTo("member.invited invitation.accepted");
            assertThat(cluster.audit(accepted.at("member"))).isEqualTo("member.added");
        }
    }

    @Test
    void an_acceptance_without_its_event_makes_no_member_and_can_be_repeated() {
        var email = address();
        var invitation = invite(email);
        var token = token(email, 1);
        var events = new FailingEvents(cluster.schema());
        var before = events.state();
        assertThat(events.during(() -> browse("POST", token)).statusCode()).isEqualTo(500);
        assertThat(events.state()).isEqualTo(before);
        assertThat(browse("POST", token).statusCode()).isEqualTo(200);
        assertThat(cluster.audit(invitation.at("id"))).isEqualTo("member.invited invitation.accepted");
    }

    @Test
    void of_many_who_accept_at_once_one_becomes_a_member() throws Exception {
        var email = address();
        invite(email);
        var token = token(email, 1);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var statuses = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> browse("POST", token).statusCode()))
                    .toList();
            int members = 0;
            for (var status : statuses) {
                members += status.get() == 200 ? 1 : 0;
            }
            assertThat(members).isEqualTo(1);
        }
        assertThat(cluster.schema().query("SELECT count(*) FROM app_user WHERE email = ?", email))
                .isEqualTo("1");
    }

    @Test
    void an_address_that_somebody_has_already_makes_a_user_of_its_own() {
        var email = address();
        var known = cluster.api()
                .put("/v1/users/ext:known", Map.of("name", "Known", "email", email))
                .at("id");
        var invitation = invite(email);
        browse("POST", token(email, 1));

        var member = own.get("/v1/invitations/" + invitation.at("id")).at("member");
        assertThat(own.get("/v1/members/" + member).at("user/id")).isNotEmpty().isNotEqualTo(known);
    }

    @Test
    void a_token_is_in_the_letter_and_nowhere_else() {
        var email = address();
        try (var log = CapturedLog.of("dev.shearline")) {
            var answer = invite(email);
            var token = token(email, 1);
            browse("POST", token);
            assertThat(answer.raw().body()).doesNotContain(token);
            assertThat(log.lines()).noneMatch(line -> line.contains(token) || line.contains(email));
            for (var table : List.of("mail", "invitation", "invitation_token", "audit_event", "notification")) {
                assertThat(cluster.schema()
                                .query("SELECT count(*) FROM " + table + " AS t WHERE CAST(t AS text) LIKE '%" + token
                                        + "%'"))
                        .isEqualTo("0");
            }
        }
    }

    @Test
    void a_revoked_invitation_and_one_that_was_sent_again_open_no_more() {
        var email = address();
        var id = invite(email).at("id");
        var first = token(email, 1);

        own.post("/v1/invitations/" + id + "/resend").expect(200);
        var second = token(email, 2);
        assertThat(browse("GET", first).statusCode()).isEqualTo(404);
        assertThat(browse("GET", second).statusCode()).isEqualTo(200);

        assertThat(own.post("/v1/invitations/" + id + "/revoke").expect(200).at("status"))
                .isEqualTo("revoked");
        own.post("/v1/invitations/" + id + "/revoke").expect(200);
        assertThat(browse("POST", second).statusCode()).isEqualTo(404);
        assertThat(own.post("/v1/invitations/" + id + "/resend").expect(409).code())
                .isEqualTo("invalid_state");
        assertThat(cluster.audit(id)).isEqualTo("member.invited invitation.resent invitation.revoked");
    }

    @Test
    void after_a_week_the_link_is_over() {
        var email = address();
        var id = invite(email).at("id");
        var token = token(email, 1);
        cluster.schema().execute("UPDATE invitation SET expires_at = now() - interval '1 s' WHERE id = ?", id);

        assertThat(browse("GET", token).statusCode()).isEqualTo(404);
        assertThat(browse("POST", token).statusCode()).isEqualTo(404);
        assertThat(own.get("/v1/invitations/" + id).at("status")).isEqualTo("expired");
    }

    @Test
    void what_is_no_invitation_is_refused_and_nobody_gives_what_they_do_not_have() {
        for (var wrong : List.of(
                Map.of("email", "nonsense"),
                Map.of("email", "a@b\nBcc: c@d"),
                Map.of("name", ""),
                Map.of("roles", List.of(Map.of("role", "king"))),
                Map.of("token", "x"))) {
            var body = body(address());
            body.putAll(wrong);
            assertThat(cluster.api().post("/v1/invitations", body).expect(422).code())
                    .isIn("invalid_field", "unknown_field");
        }
        assertThat(own.post("/v1/invitations", body(address())).expect(403).code())
                .isEqualTo("scope_not_held");
        assertThat(browse("GET", "nonsense").statusCode()).isEqualTo(404);
    }

    @Test
    void what_belongs_to_others_is_as_absent_as_what_never_was() {
        var id = invite(address()).at("id");
        for (var path : List.of("/v1/invitations/" + id, "/v1/invitations/inv_0000000000000000")) {
            assertThat(stranger.get(path).expect(404).code()).isEqualTo("not_found");
            assertThat(stranger.post(path + "/revoke").expect(404).code()).isEqualTo("not_found");
            assertThat(stranger.post(path + "/resend").expect(404).code()).isEqualTo("not_found");
        }
        assertThat(stranger.post("/v1/invitations", body(address())).status()).isEqualTo(404);
        assertThat(stranger.get("/v1/invitations").expect(200).raw().body()).doesNotContain(id);
        assertThat(own.get("/v1/invitations?limit=100").expect(200).raw().body())
                .contains(id);
        var narrow = cluster.api().as(cluster.issue(acme, "members:read").at("secret"));
        for (var path :
                List.of("/v1/invitations", "/v1/invitations/" + id + "/revoke", "/v1/invitations/" + id + "/resend")) {
            assertThat(own.as("").post(path).status()).isEqualTo(401);
            assertThat(narrow.post(path).expect(403).code()).isEqualTo("insufficient_scope");
        }
        assertThat(own.as("").get("/v1/invitations").status()).isEqualTo(401);
        assertThat(own.as("").get("/v1/invitations/" + id).status()).isEqualTo(401);
    }

    @Test
    void of_whoever_is_erased_an_invitation_names_nothing_and_its_events_neither() {
        var email = address();
        var body = body(email);
        body.remove("roles");
        var id = cluster.api().post("/v1/invitations", body).expect(201).at("id");
        assertThat(browse("POST", token(email, 1)).statusCode()).isEqualTo(200);
        var member = own.get("/v1/invitations/" + id).at("member");
        assertThat(own.get("/v1/members/" + member).at("roles/0/role")).isEqualTo("developer");
        var user = own.get("/v1/members/" + member).at("user/id");
        var personal =
                "SELECT count(*) FROM audit_personal AS p JOIN audit_event AS e ON e.id = p.event_id WHERE e.target = ?";
        assertThat(cluster.schema().query(personal, id)).isEqualTo("2");

        cluster.api().delete("/v1/users/" + user).expect(200);
        cluster.api().post("/v1/users/" + user + "/erase").expect(200);

        assertThat(own.get("/v1/invitations/" + id).raw().body()).doesNotContain(email, "Gast");
        assertThat(cluster.schema().query(personal, id)).isEqualTo("0");
    }
}
