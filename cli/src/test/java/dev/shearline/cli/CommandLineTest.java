package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Everything below on a real server with the demo data. */
class CommandLineTest {
    private static final String COLOURS = "\u001b\\[[0-9;]*m";

    private static Path place;
    private static DevProcess dev;

    @BeforeAll
    static void start() throws IOException {
        place = DevProcess.place();
        dev = DevProcess.start(place, "--port", "0");
    }

    @AfterAll
    static void stop() throws IOException {
        dev.close();
        DevProcess.delete(place);
    }

    @Test
    void an_organization_lives_through_all_of_its_commands() {
        var id = ok("orgs", "create", "--name", "Umbrella", "--external-id", "umbrella")
                .strip();
        assertThat(id).startsWith("org_");
        assertThat(ok("orgs", "get", "ext:umbrella")).contains("Umbrella").contains(id);
        assertThat(ok("orgs", "list")).contains("ext:umbrella");
        ok("orgs", "update", id, "--name", "Umbrella Corp");
        assertThat(json("orgs", "get", id).path("name").asString()).isEqualTo("Umbrella Corp");
        assertThat(ok("orgs", "suspend", id))
                .contains("Suspended organization " + id)
                .contains("in force on 1 of 1");
        assertThat(ok("orgs", "list", "--status", "suspended")).contains(id);
        ok("orgs", "resume", id);
        assertThat(ok("orgs", "put", "ext:umbrella", "--name", "Again").strip()).isEqualTo(id);

        assertThat(run("orgs", "remove", id).exitCode()).isEqualTo(2);
        assertThat(run("orgs", "remove", id, "--confirm", "Umbrella").exitCode())
                .isEqualTo(6);
        ok("orgs", "remove", id, "--confirm", "Again");
        assertThat(ok("orgs", "list", "--status", "closed")).contains(id);
    }

    @Test
    void units_people_and_members_have_the_same_verbs() {
        var of = new String[] {"--organization", "ext:acme"};
        var department = ok("departments", "create", of[0], of[1], "--name", "Research", "--external-id", "research")
                .strip();
        ok("departments", "update", department, "--name", "R and D");
        assertThat(ok("departments", "get", "ext:research", of[0], of[1])).contains("R and D");
        var team = ok("teams", "put", "ext:lab", of[0], of[1], "--name", "Lab", "--department", "ext:research")
                .strip();
        assertThat(json("teams", "get", team).path("department").asString()).isEqualTo(department);
        assertThat(ok("teams", "list", of[0], of[1], "--department", "ext:research", "-o", "csv"))
                .contains(team + ",team,lab,Lab,");
        ok("teams", "update", team, "--department", "none");
        assertThat(json("teams", "get", team).path("department").isNull()).isTrue();

        var user = ok("users", "create", "--name", "Kim", "--email", "kim@acme.example", "--external-id", "kim")
                .strip();
        ok("users", "update", user, "--email", "none");
        assertThat(json("users", "get", "ext:kim").path("email").isNull()).isTrue();
        ok("users", "disable", user);
        assertThat(json("users", "get", user).path("status").asString()).isEqualTo("disabled");
        ok("users", "enable", user);
        var member = ok("members", "create", of[0], of[1], "--user", "ext:kim", "--role", "viewer,developer@ext:lab")
                .strip();
        assertThat(ok("members", "list", of[0], of[1], "--user", "ext:kim")).contains("Kim", "viewer", "developer@");
        ok("members", "update", "ext:kim", of[0], of[1], "--role", "admin");
        assertThat(ok("members", "get", member)).contains("admin").doesNotContain("viewer");

        ok("members", "remove", member, "--yes");
        ok("users", "remove", user, "--yes");
        ok("teams", "remove", team, "--confirm", "Lab");
        ok("departments", "remove", department, "--yes");
        assertThat(run("teams", "get", team).exitCode()).isEqualTo(3);
    }

    @Test
    void scopes_are_defined_changed_and_deleted_and_roles_are_shown() {
        ok("scopes", "create", "--name", "reports:export", "--title", "Export reports", "--role", "admin,owner");
        ok("scopes", "update", "reports:export", "--publishable");
        assertThat(json("scopes", "get", "reports:export").path("publishable").asBoolean())
                .isTrue();
        ok("scopes", "update", "reports:export", "--no-publishable");
        assertThat(ok("scopes", "list", "--all")).contains("reports:export").contains("admin, owner");
        ok("scopes", "remove", "reports:export", "--yes");
        assertThat(run("scopes", "get", "reports:export").exitCode()).isEqualTo(3);
        assertThat(ok("roles", "list")).contains("developer");
    }

    @Test
    void plans_are_defined_given_and_removed() {
        ok(
                "plans",
                "create",
                "--id",
                "business",
                "--title",
                "Business",
                "--key-type",
                "team",
                "--key-type",
                "ci:keys=2");
        assertThat(ok("plans", "list")).contains("custom").contains("business");
        ok("plans", "update", "business", "--key-type", "ci:keys=4");
        assertThat(ok("plans", "get", "business")).contains("4 at a time");
        var organization = ok("orgs", "create", "--name", "Planned").strip();
        assertThat(ok("orgs", "plan", organization, "--set", "business", "--override", "ci:keys=9"))
                .contains("Plan business (Business)");
        assertThat(json("orgs", "plan", organization)
                        .at("/key_types/ci/max_keys")
                        .asInt())
                .isEqualTo(9);
        assertThat(run("plans", "remove", "business", "--yes").exitCode()).isEqualTo(6);
        ok("orgs", "plan", organization, "--set", "custom", "--no-overrides");
        ok("plans", "remove", "business", "--yes");
    }

    @Test
    void keys_are_changed_switched_rotated_and_revoked() {
        var made = run(
                "keys",
                "create",
                "--organization",
                "ext:acme",
                "--team",
                "ext:web",
                "--name",
                "k",
                "--scope",
                "resources:read",
                "-o",
                "json");
        var id = ApiClient.JSON.readTree(made.out()).path("id").asString();
        assertThat(ok("keys", "update", id, "--name", "renamed", "--cidr", "10.0.0.0/8", "--metadata", "a=b"))
                .contains("Changed " + id + " \"renamed\": in force on 1 of 1 node");
        ok("keys", "update", id, "--cidr", "none", "--no-metadata", "--expires", "30d");
        var changed = json("keys", "get", id);
        assertThat(changed.path("cidrs").isEmpty() && changed.path("metadata").isEmpty())
                .isTrue();
        ok("keys", "disable", id);
        assertThat(json("keys", "get", id).path("status").asString()).isEqualTo("disabled");
        ok("keys", "enable", id);
        assertThat(run("keys", "update", id).err()).contains("Nothing to change");

        var rotated = run("keys", "rotate", id, "--grace", "1h");
        assertThat(rotated.out()).matches("shl_live_sk_[0-9A-Za-z]{50}\n");
        assertThat(session()
                        .typing(rotated.out())
                        .run("keys", "verify", "--stdin")
                        .exitCode())
                .isZero();
        var matches = "unit=ext:web&organization=ext:acme&q=renamed";
        var rehearsal = run("keys", "revoke", "--where", matches, "--dry-run");
        assertThat(rehearsal.err()).contains("would revoke 2 keys");
        assertThat(ok("keys", "revoke", "--where", matches, "--confirm", "2").lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("Revoked key_"));
        assertThat(session()
                        .typing(rotated.out())
                        .run("keys", "verify", "--stdin")
                        .exitCode())
                .isEqualTo(10);
    }

    @Test
    void keys_of_another_system_go_on_working_after_an_import() throws Exception {
        var hasher = MessageDigest.getInstance("SHA-256");
        var hash = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(hasher.digest("proj_0123456789abcdef".getBytes(StandardCharsets.UTF_8)));
        Files.writeString(
                place.resolve("apikey.csv"),
                "id,name,start,key,referenceId,enabled,permissions\n1,Old,proj_0," + hash
                        + ",better-auth-user,true,\"{\"\"resources\"\":[\"\"read\"\"]}\"\n2,Slow,,$2b$12$abc,u,true,\n");
        var arguments = new String[] {"keys", "import", "apikey.csv", "--from", "better-auth", "--provision"};

        var rehearsed = run("keys", "import", "apikey.csv", "--from", "better-auth", "--provision", "--dry-run");
        assertThat(rehearsed.err()).contains("Dry run: 2 keys: 1 could be imported");
        assertThat(verified("proj_0123456789abcdef")).isEqualTo(10);
        var imported = run(arguments);
        assertThat(imported.exitCode()).as(imported.err()).isEqualTo(1);
        assertThat(imported.err())
                .contains("row 2 \"Slow\": ", "(unsupported_hash)")
                .contains("2 keys: 1 imported, 0 here already, 1 refused.");
        assertThat(verified("proj_0123456789abcdef")).isZero();
        assertThat(run(arguments).err()).contains("0 imported, 1 here already, 1 refused.");
        var listed = json("keys", "list", "--owner", "ext:better-auth-user");
        assertThat(ok("keys", "get", listed.at("/items/0/id").asString())).contains("Imported", "proj_0…");
    }

    private static int verified(String key) {
        return session()
                .typing(key)
                .run("keys", "verify", "--stdin", "--scope", "resources:read")
                .exitCode();
    }

    @Test
    void the_tree_shows_every_kind_of_key_with_expiry_and_last_use() throws Exception {
        var tree = shell("./shearline keys tree --organization ext:acme");

        assertThat(tree.lines().map(line -> line.replaceAll("  +.*", "")))
                .containsSubsequence(
                        "Acme Corp (ext:acme)",
                        "├─ Personal Keys",
                        "├─ Team Keys",
                        "├─ CI/CD Tokens",
                        "└─ Ephemeral Tokens");
        assertThat(tree).contains("│  ├─ Amara Okafor", "Deploy pipeline", "LAST USED", "EXPIRES");
        assertThat(tree.lines())
                .filteredOn(line -> line.contains("Deploy pipeline"))
                .singleElement()
                .asString()
                .matches(".*● Deploy pipeline +key_\\w{12} +never +in (59|60)d");
        assertThat(tree.lines()).allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(80));
        var json = json("keys", "tree", "--organization", "ext:acme");
        assertThat(json.path("children"))
                .extracting(group -> group.path("type").asString())
                .containsExactly("personal", "team", "ci", "ephemeral");
    }

    @Test
    void the_tree_of_a_key_that_may_not_see_its_owners_shows_their_ids() {
        var key = ok(
                        "keys",
                        "create",
                        "--organization",
                        "ext:acme",
                        "--team",
                        "ext:data",
                        "--name",
                        "reader",
                        "--scope",
                        "keys:read")
                .strip();
        var result = session()
                .with("SHEARLINE_URL", dev.url())
                .with("SHEARLINE_KEY", key)
                .run("keys", "tree");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().lines().map(line -> line.replaceAll("  +.*", "")))
                .startsWith("KEY", "ext:acme", "├─ Personal Keys: none", "├─ Team Keys")
                .endsWith("└─ CI/CD Tokens: none");
        assertThat(result.out()).contains("│  └─ team ext:data\n", "● reader");
        assertThat(result.err())
                .isEqualTo("This key may not read members, departments, teams: ids are shown instead of" + " names.\n");
    }

    @Test
    void unused_keys_are_counted_by_who_has_them() {
        var told = run("keys", "unused", "--organization", "ext:acme", "--for", "1h");

        assertThat(told.exitCode()).as(told.err()).isZero();
        assertThat(told.err()).contains(" keys were not used for 1h, ");
        assertThat(told.out() + told.err()).doesNotContain("null");
        var json = json("keys", "unused", "--organization", "ext:acme", "--by", "unit");
        assertThat(json.path("by").asString()).isEqualTo("unit");
        assertThat(json.path("keys").asInt()).isPositive();
        assertThat(ok("keys", "unused", "--organization", "ext:acme", "-o", "csv"))
                .startsWith("type,id,external_id,name,keys,unused,never_used\n");
    }

    @Test
    void a_terminal_is_asked_and_a_pipeline_is_not() throws Exception {
        var id = ApiClient.JSON
                .readTree(ok(
                        "keys",
                        "create",
                        "--organization",
                        "ext:acme",
                        "--team",
                        "ext:web",
                        "--name",
                        "asked",
                        "--scope",
                        "resources:read",
                        "-o",
                        "json"))
                .path("id")
                .asString();
        var answer = Files.writeString(place.resolve("answer"), "y\n");
        var revoke = "stty cols 80 rows 24; ./shearline keys revoke " + id;

        assertThat(shell("./shearline keys revoke " + id + " <answer; echo \"code $?\""))
                .contains("no terminal to ask at")
                .endsWith("code 2\n");
        var script = new ProcessBuilder("script", "-q", "-e", "-c", revoke, "/dev/null");
        assertThat(run(script, "xterm", answer)).contains("[y/N]").contains("Revoked " + id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys list",
                "keys list --all --status active,expiring,rotating,not_yet_valid,disabled,expired,used,revoked",
                "keys tree --organization ext:acme",
                "keys get $(./shearline keys list -o csv | sed -n 2p | cut -d, -f1)",
                "orgs list",
                "departments list --organization ext:acme",
                "teams list --organization ext:acme",
                "users list",
                "members list --organization ext:acme",
                "scopes list --all",
                "roles list",
                "plans list",
                "plans get scale",
                "plans create --help",
                "orgs plan ext:acme",
                "orgs plan --help",
                "orgs policy --help",
                "auth status",
                "auth sources",
                "keys tree --help",
                "keys revoke --help",
                "members update --help",
                "completion --help",
                "--help",
                "keys revoke key_000000000000",
                "keys list --key-file nowhere",
                "keys list --nonsense"
            })
    void nothing_is_wider_than_a_terminal_of_80_columns(String command) throws Exception {
        var screen = terminal("xterm", "./shearline " + command + "; true");

        assertThat(screen).isNotBlank();
        assertThat(screen.lines())
                .allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(80));
    }

    @Test
    void a_terminal_sees_colours_unless_it_does_not_want_them() throws Exception {
        assertThat(terminal("xterm", "./shearline keys list")).containsPattern(COLOURS);
        assertThat(terminal("dumb", "./shearline keys list")).doesNotContainPattern(COLOURS);
        assertThat(terminal("xterm", "NO_COLOR=1 ./shearline keys list")).doesNotContainPattern(COLOURS);
        assertThat(terminal("xterm", "./shearline keys list | cat")).doesNotContainPattern(COLOURS);
    }

    @Test
    void a_reader_that_has_gone_ends_it_quietly_and_a_full_disk_does_not() throws Exception {
        assertThat(shell("set -o pipefail; ./shearline keys list -o yaml --all | head -n 1; echo \"code $?\""))
                .isEqualTo("items:\ncode 0\n");
        assertThat(shell("./shearline keys list >/dev/full; echo \"code $?\""))
                .contains("No space left on device")
                .endsWith("code 1\n");
    }

    @Test
    void a_secret_that_nobody_could_read_is_told() throws Exception {
        var said = shell("./shearline keys create --organization ext:acme --team ext:web --name lost"
                + " --scope resources:read >/dev/full; echo \"code $?\"");

        assertThat(said)
                .contains("its secret could not be written")
                .contains("Revoke it")
                .endsWith("code 1\n");
    }

    private static Session session() {
        return new Session(place);
    }

    private static Session.Result run(String... arguments) {
        return session().run(arguments);
    }

    private static String ok(String... arguments) {
        var result = run(arguments);
        assertThat(result.exitCode())
                .as(String.join(" ", arguments) + "\n" + result.err())
                .isZero();
        return result.out();
    }

    private static JsonNode json(String... arguments) {
        var all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "-o";
        all[arguments.length + 1] = "json";
        return ApiClient.JSON.readTree(ok(all));
    }

    private static String terminal(String term, String command) throws Exception {
        var script = "stty cols 80 rows 24; " + command;
        return run(new ProcessBuilder("script", "-q", "-e", "-c", script, "/dev/null"), term);
    }

    private static String shell(String command) throws Exception {
        return run(new ProcessBuilder("bash", "-c", command), "xterm");
    }

    private static String run(ProcessBuilder builder, String term) throws IOException, InterruptedException {
        return run(builder, term, Path.of("/dev/null"));
    }

    private static String run(ProcessBuilder builder, String term, Path input)
            throws IOException, InterruptedException {
        builder.directory(place.toFile()).redirectErrorStream(true);
        builder.redirectInput(input.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("SHEARLINE_")
                        || Set.of("NO_COLOR", "CI").contains(name));
        builder.environment().put("TERM", term);
        builder.environment().put("LC_ALL", "C.UTF-8");
        var process = builder.start();
        try {
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return said.replace("\r", "");
        } finally {
            process.destroyForcibly();
        }
    }
}
