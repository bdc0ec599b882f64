package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetupTest;
import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Invitations of Acme, on two nodes with a real mail server, and who opens their links. */
abstract class InvitationRig {

    private static final Pattern LINK = Pattern.compile("https?://\\S+/invitations/([A-Za-z0-9_-]{43})");
    static final AtomicLong NUMBERS = new AtomicLong();
    private static final GreenMail MAIL = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
    private static final HttpClient BROWSER = HttpClient.newHttpClient();

    static Cluster cluster;
    static String acme;
    static Api own;
    static Api stranger;

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

    static String address() {
        return "guest" + NUMBERS.incrementAndGet() + "@example.com";
    }

    static Map<String, Object> body(String email) {
        var body = new HashMap<String, Object>();
        body.put("organization", acme);
        body.put("email", email);
        body.put("name", "Gast");
        body.put("roles", List.of(Map.of("role", "developer")));
        return body;
    }

    static Api.Answer invite(String email) {
        return cluster.api().post("/v1/invitations", body(email)).expect(201);
    }

    /** The token in the n-th letter to this address. */
    static String token(String email, int nth) {
        Eventually.isTrue("a letter for " + email, () -> letters(email).size() >= nth);
        var link = LINK.matcher(letters(email).get(nth - 1));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    static List<String> letters(String email) {
        return Arrays.stream(MAIL.getReceivedMessages())
                .map(GreenMailUtil::getWholeMessage)
                .filter(message -> message.contains("To: " + email))
                .toList();
    }

    static HttpResponse<String> browse(String method, String token) {
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
}
