package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysImportTest {
    private static final String IMPORTED =
            "{'status':'imported','id':'key_3Fq0aZ81bQxR','code':null,'detail':null,'field':null}";
    private static final String REFUSED =
            "{'status':'refused','id':null,'code':'unknown_scope','detail':'There is no scope x:y.','field':'items[1].scopes'}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    private Session.Result run(String... arguments) {
        return Session.at(instance, directory).run(arguments);
    }

    private void file(String text) throws IOException {
        Files.writeString(directory.resolve("keys"), text.replace('\'', '"'));
    }

    private FakeInstance answering(String... rows) {
        return instance.answering(200, "{'items':[" + String.join(",", rows) + "]}");
    }

    @Test
    void a_file_is_imported_and_what_is_refused_is_told_with_its_row() throws IOException {
        file(
                "[{'hash':{'value':'00'},'name':'One'},{'hash':{'value':'01'},'name':'Two','user':'ext:7','scopes':['x:y']}]");
        answering(IMPORTED, REFUSED);
        var result = run(
                "keys", "import", "keys", "--organization", "ext:acme", "--scope", "a:read,b:write", "--expires", "1y");

        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("""
                row 2 "Two": There is no scope x:y. (unknown_scope)
                2 keys: 1 imported, 0 here already, 1 refused.
                """);
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/import");
        assertThat(instance.lastAsked().body()).isEqualTo(ApiClient.JSON.readTree("""
                {"items": [{"hash": {"value": "00"}, "name": "One", "organization": "ext:acme", "type": "team",
                            "scopes": ["a:read", "b:write"], "expires_in": "1y"},
                           {"hash": {"value": "01"}, "name": "Two", "user": "ext:7", "scopes": ["x:y"], "organization": "ext:acme",
                            "type": "personal", "expires_in": "1y"}],
                 "dry_run": false}
                """));
    }

    @Test
    void a_rehearsal_says_what_could_be_and_rows_come_as_data_too() throws IOException {
        file("[{'plaintext':'marked-secret','name':'One'}]");
        answering(IMPORTED.replace("imported", "importable").replace("'key_3Fq0aZ81bQxR'", "null"));
        var result = run("keys", "import", "keys", "--dry-run", "-o", "csv");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo("row,name,status,id,code,detail,field\n1,One,importable,,,,\n");
        assertThat(result.err())
                .contains("Dry run: 1 key: 1 could be imported, 0 here already, 0 refused. Nothing was changed.")
                .contains("There are keys in plain text in keys: delete it")
                .doesNotContain("marked-secret");
        assertThat(instance.lastAsked().body().path("dry_run").asBoolean()).isTrue();
    }

    @Test
    void many_keys_go_in_several_requests_and_keep_their_rows() throws IOException {
        file(IntStream.range(0, 501)
                .mapToObj(i -> "{'hash':{'value':'" + i + "'}}")
                .collect(Collectors.joining("\n")));
        answering(IntStream.range(0, 500).mapToObj(_ -> IMPORTED).toArray(String[]::new));
        answering(REFUSED);
        var result = run("keys", "import", "keys", "--organization", "ext:acme");

        assertThat(instance.asked()).hasSize(2);
        assertThat(result.err()).contains("row 501: There is no scope").contains("501 keys: 500 imported");

        var longText = "d".repeat(1_000);
        assertThat(ImportBatch.of(
                        IntStream.range(0, 1_000).boxed().toList(),
                        IntStream.range(0, 1_000)
                                .mapToObj(_ -> ApiClient.object().put("description", longText.repeat(3)))
                                .toList()))
                .hasSize(4)
                .allSatisfy(batch -> assertThat(batch.body(false).toString()).hasSizeLessThan(1024 * 1024));
    }

    @Test
    void the_owners_of_another_system_are_users_or_organizations_and_may_be_made() throws IOException {
        file("id,key,referenceId,rateLimitEnabled\n1,h1,u1,true\n2,h2,,false\n3,,u3,true\n");
        answering(IMPORTED, IMPORTED);
        var users =
                run("keys", "import", "keys", "--from", "better-auth", "--organization", "ext:acme", "--without-owner");

        assertThat(users.err())
                .contains("row 3: It has no \"key\". (unusable)")
                .contains("1 key has a rate limit, which is not imported.")
                .contains("3 keys: 2 imported, 0 here already, 1 refused.");
        assertThat(users.exitCode()).isEqualTo(ExitCode.FAILURE);
        var items = instance.lastAsked().body().path("items");
        assertThat(items.path(0).path("user").asString()).isEqualTo("ext:u1");
        assertThat(items.path(0).path("type").asString()).isEqualTo("personal");
        assertThat(items.path(1).path("type").asString()).isEqualTo("team");

        answering(IMPORTED, IMPORTED);
        run("keys", "import", "keys", "--from", "better-auth", "--owner", "organization", "--provision");
        var made = instance.lastAsked().body().path("items").path(0);
        assertThat(made.path("organization"))
                .isEqualTo(ApiClient.JSON.readTree("{\"external_id\": \"u1\", \"name\": \"u1\"}"));
        assertThat(made.path("type").asString()).isEqualTo("team");
    }

    @Test
    void a_row_that_names_no_owner_is_imported_where_that_is_asked_for() throws IOException {
        file("[{'hash':'aGFzaA==','name':'Root'}]");
        var refused = run("keys", "import", "keys", "--from", "unkey", "--organization", "ext:acme");

        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(refused.err()).contains("row 1 \"Root\": It names no owner: with --without-owner");
        assertThat(instance.asked()).isEmpty();

        answering(IMPORTED);
        var imported =
                run("keys", "import", "keys", "--from", "unkey", "--organization", "ext:acme", "--without-owner");
        assertThat(imported.exitCode()).isZero();
        assertThat(imported.err()).contains("1 key says no expiry");
        assertThat(instance.lastAsked().body().at("/items/0/type").asString()).isEqualTo("team");
    }

    @Test
    void a_file_of_another_system_without_its_converter_is_pointed_at_it() throws IOException {
        file("[{'keyId':'key_1','plaintext':'marked-secret'}]");
        answering(
                "{'status':'refused','code':'unknown_field','detail':'There is no field keyId here.','field':'items[0].keyId'}");

        assertThat(run("keys", "import", "keys", "--organization", "ext:acme").err())
                .contains("--from unkey converts it");
    }

    @Test
    void what_cannot_be_read_is_refused_without_being_repeated() throws IOException {
        for (var text : new String[] {"{'a':", "[1]", "a,b\nmarked-secret\n", ""}) {
            file(text);
            var result = run("keys", "import", "keys");
            assertThat(result.exitCode()).as(text).isEqualTo(ExitCode.USAGE);
            assertThat(result.err()).doesNotContain("marked-secret");
        }
        assertThat(run("keys", "import", "nowhere").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("keys", "import", "keys", "--from", "vault").err()).contains("better-auth or unkey");
        assertThat(instance.asked()).isEmpty();
    }
}
