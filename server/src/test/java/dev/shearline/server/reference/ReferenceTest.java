package dev.shearline.server.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.ops.OpenApiRoutes;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages are whole, load nothing from elsewhere, and what they print for a shell works in one. */
class ReferenceTest {

    private static final Pattern EXAMPLE =
            Pattern.compile("<pre class=\"example\" data-operation=\"([^\"]+)\">(.*?)</pre>", Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("(?:href|src|action)=\"([^\"]+)\"");
    private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");
    /** Of counts that are reported: one of the last days, for the reader. */
    private static final String PRINTED_HOUR = "2030-01-31T09:00:00Z";

    private static final String PRINTED_KEY = "key_3Fq0AbCdEfGh";
    private static final String PRINTED_TOKEN = "2mVq0Zy8Kx1nT5cW7bR3dF6gH9jL4pS0aE8uYtQwXiO";
    private static final String PRINTED_CODE = "7Hq0Zy8Kx1nT5cW7bR3dF6gH9jL4pS0aE8uYtQwXiO2";
    private static final String PRINTED_SECRET = "shl_live_sk_…";

    private static Cluster cluster;
    private static Api api;
    private static HttpClient client;

    @TempDir
    private static Path letters;

    @BeforeAll
    static void start() {
        cluster =
                Cluster.start(1, Map.of(Setting.SMTP_URL, "file://" + letters, Setting.MAIL_FROM, "keys@example.com"));
        api = cluster.api();
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(api.base().resolve(path)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void the_pages_run_no_script_and_load_nothing_from_elsewhere() throws Exception {
        for (var path : List.of(ReferenceRoutes.PATH, ReferenceRoutes.PROBLEMS)) {
            var page = get(path);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("script-src")
                    .doesNotContain("unsafe");
            assertThat(page.body())
                    .doesNotContain("<script")
                    .doesNotContain(" style=")
                    .doesNotContainPattern("<[^>]* on[a-z]+=");
            assertThat(addresses(page.body()))
                    .allSatisfy(address -> assertThat(address).matches("#.*|/docs.*|/openapi\\.json"));
        }
        var style = get(ReferenceRoutes.STYLE);
        assertThat(style.headers().firstValue("Content-Type")).contains("text/css; charset=utf-8");
        assertThat(style.body()).doesNotContain("@import").doesNotContain("url(");
    }

    @Test
    void every_link_leads_somewhere() throws Exception {
        var page = get(ReferenceRoutes.PATH).body();
        var ids = new TreeSet<>(found(ID, page));
        assertThat(addresses(page).stream()
                        .filter(address -> address.startsWith("#"))
                        .map(address -> address.substring(1)))
                .allMatch(ids::contains);
    }

    @Test
    void the_type_of_every_problem_leads_to_its_code() throws Exception {
        var ids = found(ID, get(ReferenceRoutes.PROBLEMS).body());
        for (var code : ProblemCode.values()) {
            assertThat(ReferenceRoutes.PROBLEMS + "#" + code.wire()).isEqualTo(code.type());
            assertThat(ids).contains(code.wire());
        }
    }

    @Test
    void every_operation_has_an_example_and_every_example_works_as_printed() throws Exception {
        var examples = new LinkedHashMap<String, String>();
        var matcher = EXAMPLE.matcher(get(ReferenceRoutes.PATH).body());
        while (matcher.find()) {
            examples.put(matcher.group(1), unescaped(matcher.group(2)));
        }
        var operations = new ApiDocument(OpenApiRoutes.read()).operations();
        assertThat(examples.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        operations.stream().map(ApiDocument.Operation::id).toList());
        var failures = new ArrayList<String>();
        int turn = 0;
        for (var example : examples.entrySet()) {
            var status = run(example.getKey(), example.getValue(), ++turn);
            // a stream goes on until its reader has enough
            boolean isExpected = switch (example.getKey()) {
                case "followChanges" -> status.equals("200 28");
                // a build without web/ has no component, and says so
                case "getEmbedPage", "getEmbedFile" -> status.matches("(200|404|503) 0");
                default -> status.matches("2.. 0");
            };
            if (!isExpected) {
                failures.add(example.getKey() + ": " + status + "\n" + example.getValue());
            }
        }
        assertThat(failures).isEmpty();
    }

    /** Runs it in a world of its own, where what the example names is there; returns the status and curl's exit code. */
    private static String run(String operation, String printed, int turn) throws IOException, InterruptedException {
        var world = "-" + turn;
        var acme = "ext:acme" + world;
        boolean makes = operation.startsWith("create") || operation.equals("addMember");
        api.put("/v1/organizations/" + acme, Map.of("name", "Acme")).expect(201);
        if (!operation.equals("createDepartment")) {
            api.put("/v1/departments/ext:eng", Map.of("organization", acme, "name", "Engineering"))
                    .expect(201);
        }
        if (!operation.equals("createTeam")) {
            api.put("/v1/teams/ext:web", Map.of("organization", acme, "name", "Web"))
                    .expect(201);
        }
        if (!operation.equals("putResource")) {
            api.put("/v1/resources/project/42", Map.of("organization", acme)).expect(201);
        }
        var user = "ext:4711" + world;
        if (!operation.equals("createUser")) {
            api.put("/v1/users/" + user, Map.of("name", "Ada")).expect(201);
        }
        var member = makes
                ? ""
                : api.post(
                                "/v1/members",
                                Map.of(
                                        "organization",
                                        acme,
                                        "user",
                                        user,
                                        "roles",
                                        List.of(Map.of("role", "developer"))))
                        .expect(201)
                        .at("id");
        var key = api.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "name",
                                "Bot",
                                "organization",
                                acme,
                                "scopes",
                                List.of("sessions:write")))
                .expect(201);
        if (!operation.equals("createScope")) {
            api.post("/v1/scopes", Map.of("name", "reports" + turn + ":export", "title", "Export"))
                    .expect(201);
        }
        if (operation.startsWith("resume")) {
            api.post("/v1/organizations/" + acme + "/suspend").expect(200);
        }
        var named = user;
        if (operation.equals("eraseUser")) {
            // only our id still names who was removed
            named = api.delete("/v1/users/" + user).expect(200).at("id");
        }
        var hook = printed.contains("/v1/webhooks/") ? hook(acme) : "";
        var guest = "guest" + world + "@example.com";
        var invitation = operation.endsWith("Invitation") && !makes ? invitation(acme, guest) : "";
        var organizations = operation.equals("createOrganization") ? "acme" + world + "-new" : "acme" + world;
        var command = printed.replace("ext:acme", "ext:" + organizations)
                .replace("\"acme\"", "\"" + organizations + "\"")
                .replace("ext:4711", named)
                .replace("\"4711\"", "\"4711" + world + "\"")
                .replace("ext%3A4711", named)
                .replace("reports:export", "reports" + turn + ":export")
                .replace("mem_7cR4yTf2NdQ9uLwM", member)
                .replace("whk_7cR4yTf2NdQ9uLwM", hook)
                .replace("dlv_7cR4yTf2NdQ9uLwM", hook.isEmpty() ? "" : delivery(hook))
                .replace("inv_7cR4yTf2NdQ9uLwM", invitation)
                .replace(
                        "ems_7Kp2vNq5RzL0aYtC",
                        printed.contains("/ems_") ? embedSession(acme).at("id") : "")
                .replace(PRINTED_CODE, printed.contains(PRINTED_CODE) ? code(acme) : "")
                .replace(PRINTED_TOKEN, printed.contains(PRINTED_TOKEN) ? token(guest) : "")
                .replace("/welcome/LINK", cluster.node(0).openOneTimeLink())
                .replace(
                        PRINTED_HOUR,
                        Instant.now().truncatedTo(ChronoUnit.HOURS).toString())
                .replace(PRINTED_KEY, key.at("id"))
                .replace(PRINTED_SECRET, key.at("secret"));
        var credential = api.post(
                        "/v1/keys", Map.of("type", "operator", "name", "docs" + world, "scopes", List.of("*")))
                .expect(201)
                .at("secret");
        return shell(command, operation.equals("followChanges") ? 1 : 20, credential);
    }

    private static Api.Answer embedSession(String organization) {
        return api.post("/v1/embed-sessions", Map.of("owner", Map.of("organization", organization), "link", true))
                .expect(201);
    }

    private static String code(String organization) {
        return embedSession(organization).at("link").replaceFirst(".*#", "");
    }

    private static String hook(String organization) {
        return api.post(
                        "/v1/webhooks",
                        Map.of(
                                "organization",
                                organization,
                                "url",
                                "https://hooks.invalid/",
                                "events",
                                List.of("member.removed")))
                .expect(201)
                .at("id");
    }

    private static String delivery(String hook) {
        return api.post("/v1/webhooks/" + hook + "/test").expect(201).at("id");
    }

    private static String invitation(String organization, String email) {
        return api.post("/v1/invitations", Map.of("organization", organization, "email", email))
                .expect(201)
                .at("id");
    }

    private static String token(String email) {
        var found = new AtomicReference<>("");
        Eventually.isTrue("a letter to " + email, () -> {
            try (var files = Files.list(letters)) {
                for (var file :
                        files.filter(one -> one.toString().endsWith(".txt")).toList()) {
                    var letter = Files.readString(file);
                    if (letter.contains(email)) {
                        found.set(letter.replaceAll("(?s).*/invitations/(\\S+).*", "$1"));
                        return true;
                    }
                }
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return found.get();
    }

    private static String shell(String command, int seconds, String credential)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                "bash",
                "-c",
                "curl() { command curl -sS --max-time " + seconds + " -o /dev/null -w '%{http_code}' \"$@\"; }\n"
                        + command + "\necho \" $?\"");
        builder.environment()
                .put("SHEARLINE_URL", "http://127.0.0.1:" + api.base().getPort());
        builder.environment().put("SHEARLINE_KEY", credential);
        var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var output = process.getInputStream()) {
            var said = new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return said.strip();
        }
    }

    private static List<String> addresses(String page) {
        return found(ADDRESS, page);
    }

    private static List<String> found(Pattern pattern, String page) {
        return pattern.matcher(page).results().map(match -> match.group(1)).toList();
    }

    private static String unescaped(String markup) {
        return markup.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
