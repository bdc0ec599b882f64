package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetupTest;
import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Receiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Invitations from the request to the button in the page, on two nodes with a real mail server. */
@Tag("storage")
class InvitationsTest {

    private static final Pattern LINK = Pattern.compile("https?://\\S+/invitations/([A-Za-z0-9_-]{43})");
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final GreenMail MAIL = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
    private static final HttpClient BROWSER = HttpClient.newHttpClient();

    private static Cluster cluster;
    private static String acme;
    private static Api own;
    private static Api stranger;

    @BeforeAll
    static void start() {
        MAIL.start();
        cluster = Cluster.start(
                2,
                Map.of(
                        Setting.SMTP_URL,
                        "smtp://127.0.0.1:" + MAIL.getSmtp().getPort(),
                        Setting.MAIL_FROM,
                        "keys@example.com",
                        Setting.WEBHOOK_ALLOWED_NETWORKS,
                        "127.0.0.0/8"));
        acme = cluster.organization("acme");
        own = cluster.api().as(cluster.issue(acme, "members:*", "webhooks:*").at("secret"));
        stranger = cluster.api()
                .as(cluster.issue(cluster.organization("other"), "members:*").at("secret"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
        MAIL.stop();
    }

    private static String address() {
        return "guest" + NUMBERS.incrementAndGet() + "@example.com";
    }

    private static Map<String, Object> body(String email) {
        var body = new HashMap<String, Object>();
        body.put("organization", acme);
        body.put("email", email);
        body.put("name", "Gast");
        body.put("roles", List.of(Map.of("role", "developer")));
        return body;
    }

    private static Api.Answer invite(String email) {
        return cluster.api().post("/v1/invitations", body(email)).expect(201);
    }

    /** The token in the n-th letter to this address. */
    private static String token(String email, int nth) {
        Eventually.isTrue("a letter for " + email, () -> letters(email).size() >= nth);
        var link = LINK.matcher(letters(email).get(nth - 1));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    private static List<String> letters(String email) {
        return Arrays.stream(MAIL.getReceivedMessages())
                .map(GreenMailUtil::getWholeMessage)
                .filter(message -> message.contains("To: " + email))
                .toList();
    }

    private static HttpResponse<String> browse(String method, String token) {
        try {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + cluster.node(1).port() + "/invitations/" + token))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            return BROWSER.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

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
