package dev.shearline.server.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Repository;
import dev.shearline.server.testing.TestApi;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From which pages a session works, what a browser is told of that, and the link to the hosted page. */
@Tag("storage")
class EmbedPagesTest {

    private static EmbedRig rig;
    private static Api page;

    @BeforeAll
    static void start() {
        rig = new EmbedRig();
        page = rig.session(Map.of("team", rig.web));
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static HttpResponse<String> preflight(String path, String method) {
        return rig.operator()
                .as("")
                .ask("OPTIONS", path, Map.of("Origin", EmbedRig.PAGE, "Access-Control-Request-Method", method))
                .raw();
    }

    @Test
    void a_page_of_its_origins_reads_the_answers() {
        var answer = page.get("/v1/keys", EmbedRig.FROM_PAGE).expect(200).raw();
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo(EmbedRig.PAGE);
        assertThat(header(answer, "Vary")).isEqualTo("Origin");
        assertThat(header(answer, "Access-Control-Expose-Headers")).contains("X-Request-Id");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-credentials");
        // what goes wrong, too: the page asks for another token then
        var ended = rig.operator().as("shl_embed_x").get("/v1/keys", EmbedRig.FROM_PAGE);
        assertThat(ended.status()).isEqualTo(401);
        assertThat(header(ended.raw(), "Access-Control-Allow-Origin")).isEqualTo(EmbedRig.PAGE);
        var missing = page.get("/v1/keys/key_000000000000", EmbedRig.FROM_PAGE);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(header(missing.raw(), "Access-Control-Allow-Origin")).isEqualTo(EmbedRig.PAGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "HTTPS://app.example.com",
                "https://APP.example.com",
                "https://app.example.com/",
                "https://app.example.com:443",
                "https://app.example.com.evil.example",
                "http://app.example.com",
                "https://app.example.com, https://evil.example"
            })
    void a_page_of_elsewhere_gets_nothing(String origin) {
        for (var answer : List.of(
                page.get("/v1/keys", Map.of("Origin", origin)), page.get("/v1/session", Map.of("Origin", origin)))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("origin_not_allowed");
        }
    }

    @Test
    void without_an_origin_no_page_of_elsewhere_asks() {
        page.get("/v1/keys").expect(200);
        assertThat(page.get("/v1/keys").raw().headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void a_key_has_no_place_in_a_page() {
        var answer = rig.back().get("/v1/keys", EmbedRig.FROM_PAGE).expect(200).raw();
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEmpty();
        assertThat(header(answer, "Vary")).isEqualTo("Origin");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/session, GET",
        "/v1/keys, 'GET, POST'",
        "/v1/keys/key_000000000000, 'GET, PATCH'",
        "/v1/keys/key_000000000000/rotate, POST",
        "/v1/keys/key_000000000000/usage, GET"
    })
    void a_browser_that_asks_before_is_told_what_there_is(String path, String methods) {
        var answer = preflight(path, "POST");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo(EmbedRig.PAGE);
        assertThat(header(answer, "Access-Control-Allow-Methods")).isEqualTo(methods);
        assertThat(header(answer, "Access-Control-Allow-Headers"))
                .isEqualTo("Authorization, Content-Type, Idempotency-Key");
        assertThat(header(answer, "Vary")).isEqualTo("Origin");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-credentials");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/embed-sessions",
                "/v1/embed-sessions/redeem",
                "/v1/keys/verify",
                "/v1/keys/import",
                "/v1/keys/self",
                "/v1/keys/key_000000000000/move",
                "/v1/members",
                "/v1/nothing",
                "/nothing",
                "/embed"
            })
    void of_every_other_path_a_browser_hears_no(String path) {
        var answer = preflight(path, "POST");
        assertThat(answer.statusCode()).isIn(404, 405);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEmpty();
        assertThat(header(answer, "Access-Control-Allow-Methods")).isEmpty();
    }

    @Test
    void options_without_the_question_of_a_browser_is_no_method() {
        assertThat(rig.operator().ask("OPTIONS", "/v1/keys", Optional.empty()).status())
                .isEqualTo(405);
        assertThat(rig.operator().ask("OPTIONS", "/v1/keys", EmbedRig.FROM_PAGE).status())
                .isEqualTo(405);
    }

    private static String code(Api.Answer opened) {
        var link = opened.at("link");
        assertThat(link).contains("/embed#");
        return link.substring(link.indexOf('#') + 1);
    }

    private static Api.Answer redeem(String code) {
        return rig.operator().as("").post("/v1/embed-sessions/redeem", Map.of("code", code));
    }

    @Test
    void a_link_works_once_and_its_token_ends_with_the_session() {
        var opened = rig.back()
                .post("/v1/embed-sessions", Map.of("owner", Map.of("team", rig.web), "link", true))
                .expect(201);
        assertThat(EmbedRig.texts(opened, "origins")).hasSize(1);
        var redeemed = redeem(code(opened)).expect(200);
        assertThat(redeemed.at("expires_at")).isEqualTo(opened.at("expires_at"));
        assertThat(redeemed.at("token")).isNotEqualTo(opened.at("token"));
        var hosted = rig.operator().as(redeemed.at("token"));
        var own = Map.of("Origin", EmbedRig.texts(opened, "origins").getFirst());
        hosted.get("/v1/session", own).expect(200);
        assertThat(hosted.get("/v1/session", EmbedRig.FROM_PAGE).code()).isEqualTo("origin_not_allowed");
        var again = redeem(code(opened));
        assertThat(again.status()).isEqualTo(404);
        assertThat(redeem("nothing").raw().body().replaceAll("req_\\w+", ""))
                .isEqualTo(again.raw().body().replaceAll("req_\\w+", ""));
        assertThat(rig.cluster.audit(opened.at("id"))).isEqualTo("embed_session.created embed_session.link_used");
        rig.back().delete("/v1/embed-sessions/" + opened.at("id")).expect(204);
        assertThat(hosted.get("/v1/session").status()).isEqualTo(401);
        assertThat(rig.operator().as(opened.at("token")).get("/v1/session").status())
                .isEqualTo(401);
    }

    @Test
    void of_a_hundred_at_once_one_gets_in() throws Exception {
        var code = code(rig.open(Map.of("team", rig.web), "link", true));
        List<Callable<Integer>> attempts = IntStream.range(0, 100)
                .<Callable<Integer>>mapToObj(_ -> () -> redeem(code).status())
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses =
                    threads.invokeAll(attempts).stream().map(Future::resultNow).toList();
            assertThat(statuses).filteredOn(status -> status == 200).hasSize(1);
            assertThat(statuses).filteredOn(status -> status == 404).hasSize(99);
        }
    }

    @Test
    void a_link_of_a_session_that_has_ended_leads_nowhere() {
        var opened = rig.open(Map.of("team", rig.web), "link", true);
        rig.back().delete("/v1/embed-sessions/" + opened.at("id")).expect(204);
        assertThat(redeem(code(opened)).status()).isEqualTo(404);
        var key = rig.cluster.issue(rig.acme, "embed:create", "keys:*");
        var other = rig.operator()
                .as(key.at("secret"))
                .post("/v1/embed-sessions", EmbedRig.wanted(Map.of("team", rig.web), "link", true))
                .expect(201);
        rig.operator().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
        assertThat(redeem(code(other)).status()).isEqualTo(404);
        assertThat(rig.operator()
                        .as("")
                        .postRaw("/v1/embed-sessions/redeem", "{}")
                        .status())
                .isEqualTo(422);
        assertThat(rig.operator()
                        .as("")
                        .postRaw("/v1/embed-sessions/redeem", "x")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void neither_token_nor_code_is_in_the_database() {
        var opened = rig.open(Map.of("team", rig.web), "link", true);
        var row = rig.cluster
                .schema()
                .query(
                        "SELECT string_agg(CAST(s AS text), ' ') FROM access_session AS s WHERE id = ?",
                        opened.at("id"));
        assertThat(row).contains(opened.at("id")).doesNotContain(opened.at("token"), code(opened));
    }

    @Test
    void what_the_guide_prints_for_a_shell_works(@TempDir Path place) throws Exception {
        var blocks = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(Repository.ofThisProject().read("docs/guides/embed.md"))
                .results()
                .map(block -> block.group(1))
                .toList();
        var scopes = Pattern.compile("--scope (\\S+)")
                .matcher(blocks.getFirst())
                .results()
                .map(scope -> scope.group(1))
                .toList();
        var key = rig.operator().post("/v1/keys", Map.of("type", "operator", "name", "Back end", "scopes", scopes));
        Files.writeString(place.resolve("backend.key"), key.expect(201).at("secret"));
        var shell = new ProcessBuilder("bash", "-eu", "-c", blocks.get(1))
                .directory(place.toFile())
                .redirectErrorStream(true);
        shell.environment().put("SHEARLINE_URL", rig.operator().base().toString());
        var process = shell.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said).contains("shl_embed_");
    }

    @Test
    void a_page_that_lacks_its_component_says_so() {
        try (var api =
                new TestApi(given -> new HostedPage(Optional.empty(), List.of(), new SecureRandom()).addTo(given))) {
            var answer = api.page("/embed");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(header(answer, "Content-Security-Policy")).contains("frame-ancestors 'none'");
            assertThat(answer.body()).contains("has no component to show").doesNotContain("<script");
            assertThat(api.page("/embed/shearline-api-keys.js").statusCode()).isEqualTo(404);
        }
        assertThat(rig.operator().as("").get("/embed?code=x").status()).isEqualTo(422);
        assertThat(rig.operator().as("").get("/embed/other.js").status()).isEqualTo(404);
    }

    @Test
    void a_script_is_kept_for_ever_under_the_name_of_its_content_and_asked_for_anew_under_its_own() {
        var file = WebFile.of("screen.js", "export {};\n".getBytes(StandardCharsets.UTF_8));
        assertThat(file.hashedName()).matches("screen-[0-9a-f]{16}\\.js");
        var stable = file.answer("screen.js", Optional.empty()).orElseThrow();
        assertThat(stable.status()).isEqualTo(200);
        assertThat(stable.headers())
                .containsEntry("Cache-Control", "no-cache")
                .containsEntry("ETag", file.tag())
                .containsEntry("Access-Control-Allow-Origin", "*");
        assertThat(file.answer("screen.js", Optional.of("\"x\", W/" + file.tag()))
                        .orElseThrow()
                        .status())
                .isEqualTo(304);
        assertThat(file.answer(file.hashedName(), Optional.empty())
                        .orElseThrow()
                        .headers())
                .containsEntry("Cache-Control", "public, max-age=31536000, immutable");
        assertThat(file.answer("screen-0000000000000000.js", Optional.empty())).isEmpty();
    }

    @Test
    void the_page_with_a_component_runs_scripts_of_its_nonce_alone() {
        var component = WebFile.of(HostedPage.COMPONENT, "export {};\n".getBytes(StandardCharsets.UTF_8));
        var language = WebFile.of("de.js", "export default {};\n".getBytes(StandardCharsets.UTF_8));
        try (var api = new TestApi(
                given -> new HostedPage(Optional.of(component), List.of(language), new SecureRandom()).addTo(given))) {
            var first = api.page("/embed");
            var policy = header(first, "Content-Security-Policy");
            var nonce = policy.replaceAll(".*script-src 'nonce-([^']+)'.*", "$1");
            assertThat(policy)
                    .isEqualTo("default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce
                            + "'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none';"
                            + " frame-ancestors 'none'");
            assertThat(header(first, "Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(header(first, "Cache-Control")).isEqualTo("no-store");
            assertThat(first.body().split("<script", -1)).hasSize(3);
            assertThat(first.body().split("nonce=\"" + nonce.replace("+", "\\+") + "\"", -1))
                    .hasSize(3);
            assertThat(first.body()).contains("src=\"/embed/" + component.hashedName() + "\"");
            assertThat(header(api.page("/embed"), "Content-Security-Policy")).isNotEqualTo(policy);
            assertThat(api.page("/embed/" + component.hashedName()).body()).isEqualTo("export {};\n");
            assertThat(api.page("/embed/de.js").body()).isEqualTo("export default {};\n");
        }
    }
}
