package dev.shearline.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.FailingEvents;
import dev.shearline.token.Secret;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class OneTimeLinkTest {

    private static final Pattern SECRET = Pattern.compile("<pre class=\"secret\"[^>]*>([^<]+)</pre>");
    private static Cluster cluster;
    private static Api api;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        api = cluster.api();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static HttpResponse<String> send(String method, String path) throws Exception {
        var request = HttpRequest.newBuilder(api.base().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void opening_it_changes_nothing_and_the_button_shows_a_key_that_works() throws Exception {
        var link = cluster.node(0).openOneTimeLink();
        for (int i = 0; i < 3; i++) {
            var page = send("GET", link);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("method=\"post\" action=\"" + link + "\"");
        }
        var shown = send("POST", link);
        assertThat(shown.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(shown.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        var secret = SECRET.matcher(shown.body());
        assertThat(secret.find()).isTrue();
        api.as(secret.group(1)).get("/v1/keys").expect(200);
    }

    @Test
    void a_key_without_its_event_is_not_made_and_the_link_works_still() throws Exception {
        var link = cluster.node(0).openOneTimeLink();
        var events = new FailingEvents(cluster.schema());
        var before = events.state();
        assertThat(events.during(() -> press(link))).isEqualTo(500);
        assertThat(events.state()).isEqualTo(before);
        assertThat(press(link)).isEqualTo(200);
    }

    private static int press(String link) {
        try {
            return send("POST", link).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void it_works_for_fifteen_minutes() {
        var opened = Instant.parse("2030-01-01T12:00:00Z");
        var now = new AtomicReference<>(opened);
        var link = new OneTimeLink(() -> Secret.of("never made"), new SecureRandom(), now::get);
        var token = link.open().substring("/welcome/".length());

        now.set(opened.plus(Duration.ofMinutes(15)).minusMillis(1));
        assertThat(link.works(token)).isTrue();
        now.set(opened.plus(Duration.ofMinutes(15)));
        assertThat(link.works(token)).isFalse();
    }

    @Test
    void it_works_once_however_many_press_the_button() throws Exception {
        var link = cluster.node(0).openOneTimeLink();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> press = () -> send("POST", link).statusCode();
            var statuses = executor
                    .invokeAll(Stream.generate(() -> press).limit(20).toList())
                    .stream()
                    .map(future -> future.resultNow())
                    .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
            assertThat(statuses).containsEntry(200, 1L).containsEntry(404, 19L);
        }
        assertThat(send("GET", link).statusCode()).isEqualTo(404);
    }

    @Test
    void another_link_ends_the_first_and_a_guess_is_told_what_to_do() throws Exception {
        var first = cluster.node(0).openOneTimeLink();
        var second = cluster.node(0).openOneTimeLink();
        assertThat(send("POST", first).statusCode()).isEqualTo(404);
        var guess = send("GET", "/welcome/" + "x".repeat(43));
        assertThat(guess.statusCode()).isEqualTo(404);
        assertThat(guess.body()).contains("Start shearline dev again");
        assertThat(send("POST", second).statusCode()).isEqualTo(200);
    }
}
