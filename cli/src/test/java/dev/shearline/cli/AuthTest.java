package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Flag before environment before project file before user file before dev; and no key to whom it is not meant for. */
class AuthTest {
    private static final String NOTHING = "{'items':[],'next_cursor':null}";
    private static final String ELSEWHERE = "https://keys.example.com";
    private static final String LONG_KEY = "shl_live_" + "op_3Fq0aZ81bQxR000000000000000000000000000000x9Kp";

    @TempDir
    Path top;

    private Path home;
    private Path project;
    private final FakeInstance instance = new FakeInstance();

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(top.resolve("home"));
        project = Files.createDirectories(top.resolve("project"));
    }

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void every_source_is_asked_in_its_order() throws IOException {
        project("url: " + instance.url() + "\nkey-file: deploy.key\n", "of-the-project");
        user("url: \"" + instance.url() + "\"  # ours\nkey: of-the-user\n");
        dev();
        var flag = Files.writeString(top.resolve("flag.key"), "of-the-flag\n").toString();

        assertThat(keyWith(session().with("SHEARLINE_KEY", "of-the-environment"), "--key-file", flag))
                .isEqualTo("of-the-flag");
        assertThat(keyWith(session().with("SHEARLINE_KEY", "of-the-environment")))
                .isEqualTo("of-the-environment");
        assertThat(keyWith(session())).isEqualTo("of-the-project");
        Files.delete(project.resolve("shearline.yaml"));
        assertThat(keyWith(session())).isEqualTo("of-the-user");
        Files.delete(home.resolve(".config/shearline/config.yaml"));
        assertThat(keyWith(session())).isEqualTo("the-operator");
    }

    @Test
    void sources_lists_them_all_in_order_and_marks_the_one_that_counts() throws IOException {
        user("url: " + instance.url() + "\nkey: " + LONG_KEY + "\n");
        dev();
        var rows = rows(session().run("auth", "sources", "-o", "json").out());

        assertThat(rows)
                .extracting(row -> row.path("setting").asString() + " "
                        + row.path("source").asString())
                .containsExactly(
                        "instance flag",
                        "instance environment",
                        "instance project file",
                        "instance user file",
                        "instance shearline dev",
                        "key flag",
                        "key environment",
                        "key environment",
                        "key project file",
                        "key user file",
                        "key shearline dev");
        assertThat(rows)
                .filteredOn(row -> row.path("active").asBoolean())
                .extracting(row -> row.path("source").asString())
                .containsExactly("user file", "user file");
        var table = session().run("auth", "sources").out();
        assertThat(table).contains("→  key", "shl_live_op_3Fq0…x9Kp").doesNotContain(LONG_KEY);
        assertThat(table.lines())
                .allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(80));
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void sources_without_anything_say_so() {
        var rows = rows(session().run("auth", "sources", "-o", "json").out());

        assertThat(rows)
                .hasSize(11)
                .allSatisfy(row -> assertThat(row.path("value").asString()).isEqualTo("not set"));
    }

    @Test
    void status_shows_who_is_called_as_whom() {
        instance.answering(
                200, "{'id':'key_1','name':'ops','type':'operator','status':'active','scopes':['*'],'masked':'m'}");
        var result = Session.at(instance, project).run("auth", "status");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .contains(instance.url())
                .contains("SHEARLINE_URL")
                .contains("SHEARLINE_KEY")
                .contains("key_1")
                .contains("Scopes");
        assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/self");
    }

    @Test
    void status_of_a_dead_key_names_where_it_was_found() {
        instance.answering(401, "{'detail':'The key is revoked.','code':'unauthenticated'}");
        var result = Session.at(instance, project).run("auth", "status");

        assertThat(result.exitCode()).isEqualTo(4);
        assertThat(result.err())
                .contains("The key from SHEARLINE_KEY does not open")
                .contains("The key is revoked.");
    }

    @Test
    void a_project_cannot_lead_a_key_of_its_reader_elsewhere() throws IOException {
        project("url: " + ELSEWHERE + "\n", "");
        user("url: " + instance.url() + "\nkey: of-the-user\n");
        dev();

        var environment = session().with("SHEARLINE_KEY", "secret").run("keys", "list");
        assertThat(environment.exitCode()).isEqualTo(2);
        assertThat(environment.err())
                .contains("SHEARLINE_KEY is not sent to " + ELSEWHERE)
                .contains("SHEARLINE_URL=" + ELSEWHERE);
        var others = session().run("keys", "list");
        assertThat(others.exitCode()).isEqualTo(4);
        assertThat(others.err()).contains("No key for " + ELSEWHERE);

        Files.writeString(project.resolve("shearline.yaml"), "url: " + ELSEWHERE + "\nkey-file: ../home/id\n");
        Files.writeString(home.resolve("id"), "somebody's");
        assertThat(session().run("keys", "list").err()).contains("is not in the project");
    }

    @Test
    void what_passes_for_dev_speaks_to_this_machine_alone() throws IOException {
        dev();
        Files.writeString(project.resolve(".shearline/dev.url"), ELSEWHERE + "\n");

        assertThat(session().with("SHEARLINE_KEY", "secret").run("keys", "list").err())
                .contains("No instance to speak to");
    }

    @Test
    void files_are_read_strictly() throws IOException {
        project("url: " + instance.url() + "\nkey: abc\n", "");
        assertThat(session().run("keys", "list").err()).contains("line 2").contains("does not belong");
        project("urll: " + instance.url() + "\n", "");
        assertThat(session().run("keys", "list").err())
                .contains("no setting urll")
                .contains("key-file, url");
        project("just words\n", "");
        assertThat(session().run("keys", "list").err()).contains("not a line of name: value");
        project("url: a\nurl: b\n", "");
        assertThat(session().run("keys", "list").err()).contains("set twice");
        Files.delete(project.resolve("shearline.yaml"));
        var file = user("url: " + instance.url() + "\nkey: k\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(session().run("keys", "list").err()).contains("chmod 600 " + file);
        assertThat(instance.asked()).isEmpty();
    }

    private Session session() {
        return new Session(project).with("HOME", home.toString());
    }

    private String keyWith(Session session, String... options) {
        instance.answering(200, NOTHING);
        var arguments = new ArrayList<>(List.of("keys", "list"));
        arguments.addAll(List.of(options));
        var result = session.run(arguments.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.err()).isZero();
        return instance.lastAsked().authorization().replace("Bearer ", "");
    }

    private static List<JsonNode> rows(String json) {
        return StreamSupport.stream(ApiClient.JSON.readTree(json).path("items").spliterator(), false)
                .toList();
    }

    private void project(String text, String key) throws IOException {
        Files.writeString(project.resolve("shearline.yaml"), text);
        secret(project.resolve("deploy.key"), key);
    }

    private Path user(String text) throws IOException {
        return secret(Files.createDirectories(home.resolve(".config/shearline")).resolve("config.yaml"), text);
    }

    private void dev() throws IOException {
        var data = Files.createDirectories(project.resolve(".shearline"));
        Files.writeString(data.resolve("dev.url"), instance.url() + "\n");
        secret(data.resolve("operator.key"), "the-operator\n");
    }

    private static Path secret(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
