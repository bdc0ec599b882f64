package dev.shearline.server.standards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.ProxyProcess;
import dev.shearline.server.testing.Receiver;
import dev.shearline.server.testing.Repository;
import dev.shearline.server.testing.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The configurations in integrations/, in the proxies that they are for. The client has an address of its own, 127.0.0.2, which is no
 * trusted proxy; nginx and Caddy have 127.0.0.1, which is one.
 */
class ProxiesTest {

    enum Proxy {
        NGINX,
        CADDY
    }

    private static final TestCertificate CERTIFICATE = TestCertificate.make("api.example.com", "EC");
    private static final Map<Proxy, ProxyProcess> PROXIES = new HashMap<>();

    private static Cluster cluster;
    private static Receiver backend;
    private static HttpClient client;
    private static String acme;
    private static String verifier;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(
                1, Map.of(Setting.TRUSTED_PROXIES, "127.0.0.1/32", Setting.ALLOWED_HOSTS, "keys.example.com"));
        acme = cluster.organization("acme");
        verifier = cluster.issue(acme, "keys:verify").at("secret");
        backend = Receiver.start().alwaysSaying(200);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(TestCertificate.trusting(CERTIFICATE))
                .localAddress(InetAddress.ofLiteral("127.0.0.2"))
                .build();
        for (var proxy : Proxy.values()) {
            PROXIES.put(proxy, started(proxy, cluster.node(0).port(), "running"));
        }
    }

    @AfterAll
    static void stop() {
        PROXIES.values().forEach(ProxyProcess::close);
        client.shutdownNow();
        backend.close();
        cluster.close();
    }

    private static ProxyProcess started(Proxy proxy, int shearline, String name) {
        var home = directory.resolve(name + proxy);
        assertThat(home.toFile().mkdir()).isTrue();
        var neighbours = new ProxyProcess.Neighbours(shearline, backend.port(), verifier, CERTIFICATE);
        return switch (proxy) {
            case NGINX -> ProxyProcess.nginx(home, neighbours);
            case CADDY -> ProxyProcess.caddy(home, neighbours);
        };
    }

    private static Api.Answer issue(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "name", "test", "organization", acme, "scopes", List.of("sessions:read")));
        body.putAll(more);
        return cluster.api().post("/v1/keys", body).expect(201);
    }

    private static HttpResponse<String> send(Proxy proxy, String... headers) {
        return send(Objects.requireNonNull(PROXIES.get(proxy)), "GET", "", headers);
    }

    private static HttpResponse<String> send(ProxyProcess proxy, String method, String body, String... headers) {
        var request = HttpRequest.newBuilder(proxy.uri("/reports?page=2"))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Receiver.Received passedOn() {
        return backend.received().getLast();
    }

    @ParameterizedTest
    @EnumSource
    void the_backend_learns_who_it_is_and_never_what_a_client_says_of_itself(Proxy proxy) {
        var key = issue(Map.of());
        var smuggled = new ArrayList<>(List.of("Authorization", "Bearer " + key.at("secret")));
        for (var name : IdentityHeaders.NAMES) {
            smuggled.addAll(List.of(name, "smuggled", name.toLowerCase(Locale.ROOT), "smuggled"));
            smuggled.addAll(List.of(name.replace('-', '_'), "smuggled"));
            smuggled.addAll(List.of("X-Shearline_" + name.substring("X-Shearline-".length()), "smuggled"));
        }
        smuggled.addAll(List.of(ForwardAuthRoutes.VERIFIER_KEY, key.at("secret")));
        smuggled.addAll(List.of("X-API-Key", key.at("secret")));
        assertThat(send(proxy, smuggled.toArray(String[]::new)).statusCode()).isEqualTo(200);
        var headers = passedOn().headers();
        assertThat(headers)
                .containsEntry("X-Shearline-Key-Id", key.at("id"))
                .containsEntry("X-Shearline-Key-Type", "team")
                .containsEntry("X-Shearline-Mode", "live")
                .containsEntry("X-Shearline-Owner-Type", "organization")
                .containsEntry("X-Shearline-Owner-Id", acme)
                .containsEntry("X-Shearline-Owner-External-Id", "acme")
                .containsEntry("X-Shearline-Organization-Id", acme)
                .containsEntry("X-Shearline-Organization-External-Id", "acme")
                .containsEntry("X-Shearline-Scopes", "sessions:read");
        assertThat(headers.toString()).doesNotContain("smuggled", key.at("secret"), verifier);
        assertThat(headers).doesNotContainKeys(ForwardAuthRoutes.VERIFIER_KEY, "Authorization", "X-API-Key");
    }

    /** What {@code Connection} names is for the next hop alone: a proxy takes it away, also what was verified. */
    @ParameterizedTest
    @EnumSource
    void a_client_cannot_have_the_proxy_leave_out_what_was_verified(Proxy proxy) throws IOException {
        var key = issue(Map.of());
        var at = Objects.requireNonNull(PROXIES.get(proxy)).uri("/reports");
        try (var socket = client.sslContext().getSocketFactory().createSocket(at.getHost(), at.getPort())) {
            socket.getOutputStream()
                    .write(("GET /reports HTTP/1.1\r\nHost: " + at.getAuthority() + "\r\nX-API-Key: " + key.at("secret")
                                    + "\r\nConnection: X-Shearline-Mode, X-Shearline-Key-Id\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(answer.readLine()).contains(" 200 ");
        }
        assertThat(passedOn().headers())
                .containsEntry("X-Shearline-Key-Id", key.at("id"))
                .containsEntry("X-Shearline-Mode", "live");
    }

    @ParameterizedTest
    @EnumSource
    void what_there_is_nothing_to_say_of_is_empty_whatever_a_client_says(Proxy proxy) {
        var nameless = cluster.api()
                .post("/v1/teams", Map.of("organization", acme, "name", "Nameless"))
                .expect(201)
                .at("id");
        var key = issue(Map.of("team", nameless)).at("secret");
        send(proxy, "Authorization", "Bearer " + key, "X-Shearline-Owner-External-Id", "smuggled");
        assertThat(passedOn().headers().getOrDefault("X-Shearline-Owner-External-Id", ""))
                .isEmpty();
        assertThat(passedOn().headers()).containsEntry("X-Shearline-Owner-Id", nameless);
    }

    @ParameterizedTest
    @EnumSource
    void a_body_arrives_whole(Proxy proxy) {
        var key = issue(Map.of()).at("secret");
        var running = Objects.requireNonNull(PROXIES.get(proxy));
        for (var method : List.of("POST", "PUT", "DELETE")) {
            var body = method + " " + "x".repeat(100_000);
            assertThat(send(running, method, body, "X-API-Key", key).statusCode())
                    .isEqualTo(200);
            assertThat(passedOn().body()).isEqualTo(body);
            assertThat(passedOn().path()).isEqualTo("/reports?page=2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_refused_is_told_to_the_client_and_reaches_no_backend(Proxy proxy) {
        int before = backend.received().size();
        var none = send(proxy);
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(header(none, "WWW-Authenticate")).isEqualTo("Bearer realm=\"shearline\"");
        var revoked = issue(Map.of());
        cluster.api().post("/v1/keys/" + revoked.at("id") + "/revoke").expect(200);
        assertThat(header(refused(proxy, revoked, 401), "WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"shearline\", error=\"invalid_token\"");
        assertThat(header(refused(proxy, issue(Map.of("scopes", List.of())), 403), "WWW-Authenticate"))
                .isEqualTo("Bearer realm=\"shearline\", error=\"insufficient_scope\", scope=\"sessions:read\"");
        var drained = issue(Map.of("rate_limits", List.of(Map.of("amount", 1, "per", "month"))));
        assertThat(cluster.api().verify(drained.at("secret"))).isEqualTo("allowed");
        var limited = refused(proxy, drained, 429);
        assertThat(Long.parseLong(header(limited, "Retry-After"))).isPositive();
        assertThat(header(limited, "RateLimit")).startsWith("\"key-month\";r=0");
        assertThat(send(proxy, "Authorization", "Bearer a", "X-API-Key", "b").statusCode())
                .isEqualTo(400);
        assertThat(backend.received()).hasSize(before);
    }

    private static HttpResponse<String> refused(Proxy proxy, Api.Answer key, int status) {
        var answer = send(proxy, "Authorization", "Bearer " + key.at("secret"));
        assertThat(answer.statusCode()).isEqualTo(status);
        return answer;
    }

    private static String header(HttpResponse<?> answer, String name) {
        return String.join(" and ", answer.headers().allValues(name));
    }

    @ParameterizedTest
    @EnumSource
    void a_forged_x_forwarded_for_gets_no_key_in_that_is_bound_to_addresses(Proxy proxy) {
        var elsewhere = issue(Map.of("cidrs", List.of("203.0.113.0/24"))).at("secret");
        var here = issue(Map.of("cidrs", List.of("127.0.0.2/32"))).at("secret");
        for (var forged : List.of("203.0.113.7", "203.0.113.7, 127.0.0.1", "203.0.113.7,", "")) {
            var headers = new String[] {"X-Forwarded-For", forged, "Forwarded", "for=203.0.113.7", "X-API-Key"};
            assertThat(send(proxy, with(headers, elsewhere)).statusCode()).isEqualTo(403);
            assertThat(send(proxy, with(headers, here)).statusCode()).isEqualTo(200);
            assertThat(passedOn().headers()).containsEntry("X-Forwarded-For", "127.0.0.2");
        }
    }

    private static String[] with(String[] headers, String last) {
        var all = new ArrayList<>(List.of(headers));
        all.add(last);
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @EnumSource
    void a_client_cannot_choose_who_verifies_its_key(Proxy proxy) {
        var mallory = cluster.organization("mallory");
        var theirs = cluster.issue(mallory, "sessions:read").at("secret");
        var theirVerifier = cluster.issue(mallory, "keys:verify").at("secret");
        assertThat(send(proxy, "X-API-Key", theirs, ForwardAuthRoutes.VERIFIER_KEY, theirVerifier)
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource
    void what_the_backend_answers_stays_as_it_is(Proxy proxy) {
        var key = issue(Map.of()).at("secret");
        for (int status : new int[] {403, 404, 429, 500, 503}) {
            backend.saying(status);
            assertThat(send(proxy, "X-API-Key", key).statusCode()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @EnumSource
    void while_shearline_is_away_nobody_comes_in(Proxy proxy) throws IOException {
        int nobody;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        int before = backend.received().size();
        try (var alone = started(proxy, nobody, "alone")) {
            var key = issue(Map.of()).at("secret");
            assertThat(send(alone, "GET", "", "X-API-Key", key).statusCode()).isIn(502, 503);
        }
        assertThat(backend.received()).hasSize(before);
    }

    @Test
    void what_the_guide_prints_works() throws Exception {
        var guide = Repository.ofThisProject().read("docs/guides/proxies.md");
        var script = Pattern.compile("(?s)```sh\n(curl .*?)```")
                .matcher(guide)
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());
        var builder = new ProcessBuilder("bash", "-eu", "-c", script).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "SHEARLINE_URL", Cluster.uri(cluster.node(0)).toString(),
                        "VERIFIER_KEY", verifier,
                        "CLIENT_KEY", issue(Map.of()).at("secret")));
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("HTTP/1.1 204", "X-Shearline-Key-Id: key_", "\"active\":true", "\"sub\":\"" + acme)
                .endsWith("{}");
        for (var name : IdentityHeaders.NAMES) {
            assertThat(guide).contains(name.substring("X-Shearline".length()));
        }
    }

    @Test
    void every_configuration_names_every_header() {
        var repository = Repository.ofThisProject();
        var nginx = repository.read("integrations/nginx/shearline.conf");
        var caddy = repository.read("integrations/caddy/Caddyfile");
        var traefik = new YAMLMapper().readTree(repository.read("integrations/traefik/shearline.yml"));
        var taken = traefik.at("/http/middlewares/shearline/forwardAuth/authResponseHeadersRegex")
                .asString();
        for (var name : IdentityHeaders.NAMES) {
            var variable = name.substring(2).toLowerCase(Locale.ROOT).replace('-', '_');
            assertThat(nginx)
                    .contains("proxy_set_header " + name + " $" + variable + ";")
                    .contains("auth_request_set $" + variable + " $upstream_http_x_" + variable + ";");
            assertThat(caddy).containsPattern("copy_headers( [\\w-]+)* " + name + "\\b");
            assertThat(name).matches(taken + ".*");
        }
        var before = traefik.at("/http/middlewares/shearline-key/headers/customRequestHeaders");
        var after = traefik.at("/http/middlewares/shearline-after/headers/customRequestHeaders");
        assertThat(before.propertyNames()).containsExactly(ForwardAuthRoutes.VERIFIER_KEY, "Connection");
        assertThat(after.path(ForwardAuthRoutes.VERIFIER_KEY).asString("left")).isEmpty();
    }
}
