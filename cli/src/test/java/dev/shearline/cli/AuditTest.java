package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class AuditTest {
    private static final Path VECTORS = Path.of("../spec/vectors/audit.json");

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    private Session session() {
        return Session.at(instance, directory);
    }

    /** Writes an export of the vectors, and the checkpoints that were kept of it. */
    private JsonNode vector(String name) throws IOException {
        var found = ApiClient.JSON
                .readTree(Files.readString(VECTORS))
                .path("exports")
                .valueStream()
                .filter(each -> each.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        Files.writeString(directory.resolve("export"), lines(found.path("lines"), true));
        Files.writeString(directory.resolve("kept"), lines(found.path("kept"), false));
        return found;
    }

    private static String lines(JsonNode array, boolean text) {
        return array.valueStream()
                .map(line -> text ? line.asString() : line.toString())
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void a_whole_export_says_what_it_holds_and_what_nothing_can_be_said_of() throws Exception {
        vector("whole, with an unsealed row");
        var result = new Session(directory).run("audit", "verify", "export", "--checkpoint", "kept");

        assertThat(result.out()).isEqualTo("""
                unsealed evt_0000000000000006
                ✓ whole org_4mZ0cQk1T7yB2sXd: seq 1 to 5 of 5, checkpoints: 3, the last of seq 5, erased: 0, unsealed: 1, held against kept checkpoints: 1
                signed by ed_56475aa75463474c: seq 1 to 5
                """);
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void without_a_kept_checkpoint_it_says_what_it_cannot_see() throws Exception {
        vector("an end that was cut off with its checkpoint shows against a kept one alone");
        var result = new Session(directory).run("audit", "verify", "export");

        assertThat(result.err()).contains("--checkpoint");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void an_erased_person_is_told_from_tampering() throws Exception {
        vector("an erased person is no tampering");
        var erased = new Session(directory).run("audit", "verify", "export");
        assertThat(erased.out()).contains("erased: 1");
        assertThat(erased.err()).as("nobody has recorded it").contains("no event of this export says");

        vector("altered personal fields");
        var tampered = new Session(directory).run("audit", "verify", "export");
        assertThat(tampered.out()).startsWith("✗ broken at line 2, seq 1: ");
        assertThat(tampered.exitCode()).isEqualTo(ExitCode.FAILURE);
    }

    @Test
    void the_first_wrong_place_is_named_and_ends_with_1() throws Exception {
        for (var name : new String[] {
            "an altered row",
            "a removed row",
            "an inserted row",
            "reordered rows",
            "a removed last row",
            "a rewritten chain"
        }) {
            var broken = vector(name).path("broken_line").asInt();
            var result = new Session(directory).run("audit", "verify", "export", "-o", "json");
            assertThat(result.exitCode()).as(name).isEqualTo(ExitCode.FAILURE);
            assertThat(ApiClient.JSON.readTree(result.out()).path("line").asInt())
                    .as(name)
                    .isEqualTo(broken);
        }
    }

    @Test
    void a_cut_off_end_and_a_new_signature_show_against_a_checkpoint_that_was_kept() throws Exception {
        for (var name : new String[] {
            "an end that was cut off, against a checkpoint that was kept", "the same, against a logged one"
        }) {
            vector(name);
            var result = new Session(directory).run("audit", "verify", "export", "--checkpoint", "kept");
            assertThat(result.out()).as(name).contains("removed at the end");
            assertThat(result.exitCode()).as(name).isEqualTo(ExitCode.FAILURE);
        }
    }

    @Test
    void the_log_of_a_node_is_held_against_as_serve_writes_it() throws Exception {
        var whole = vector("whole, with an unsealed row");
        var logged = whole.path("kept").path(1);
        Files.write(directory.resolve("log"), logLine("ready"));
        Files.write(
                directory.resolve("log"), logLine("audit checkpoint " + logged.toString()), StandardOpenOption.APPEND);
        var held = new Session(directory).run("audit", "verify", "export", "--checkpoint", "log");
        assertThat(held.out()).contains("held against kept checkpoints: 1");
        assertThat(held.exitCode()).isZero();

        vector("rewritten and signed with another key: whole by itself");
        assertThat(new Session(directory)
                        .run("audit", "verify", "export", "--checkpoint", "log")
                        .exitCode())
                .as("and compared")
                .isEqualTo(ExitCode.FAILURE);
    }

    @Test
    void a_key_that_is_not_accepted_proves_nothing() throws Exception {
        vector("rewritten and signed with another key: whole by itself");
        var any = new Session(directory).run("audit", "verify", "export");
        assertThat(any.out()).contains("signed by ed_139e3940e64b5491: seq 1 to 5");
        assertThat(any.err()).contains("--key");
        var known = new Session(directory).run("audit", "verify", "export", "--key", "ed_56475aa75463474c");
        assertThat(known.out()).contains("not a key that you accept");
        assertThat(known.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(new Session(directory)
                        .run("audit", "verify", "export", "--key", "x")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void what_compares_nothing_proves_nothing() throws Exception {
        vector("a checkpoint that was kept says nothing of this chain");
        var foreign = new Session(directory).run("audit", "verify", "export", "--checkpoint", "kept");
        assertThat(foreign.out()).contains("nothing can be compared");
        assertThat(foreign.exitCode()).isEqualTo(ExitCode.FAILURE);

        Files.write(directory.resolve("log"), logLine("ready"));
        Files.writeString(directory.resolve("empty"), "{}");
        for (var name : new String[] {"log", "empty"}) {
            var nothing = new Session(directory).run("audit", "verify", "export", "--checkpoint", name);
            assertThat(nothing.err()).contains("there is no checkpoint in it");
            assertThat(nothing.exitCode()).isEqualTo(ExitCode.USAGE);
        }
    }

    private static byte[] logLine(String message) {
        var event = new LoggingEvent();
        event.setLoggerContext(new LoggerContext());
        event.setLoggerName("dev.shearline.server.evidence.Evidence");
        event.setLevel(Level.INFO);
        event.setMessage(message);
        event.setTimeStamp(0);
        return new JsonLines().encode(event);
    }

    @Test
    void what_is_no_export_and_no_checkpoint_is_refused() throws Exception {
        Files.writeString(directory.resolve("junk"), "junk\n");
        assertThat(new Session(directory).run("audit", "verify", "junk").exitCode())
                .isEqualTo(ExitCode.FAILURE);
        assertThat(new Session(directory).run("audit", "verify", "nothing").exitCode())
                .isEqualTo(ExitCode.USAGE);
        vector("whole, with an unsealed row");
        assertThat(new Session(directory)
                        .run("audit", "verify", "export", "--checkpoint", "junk")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void an_export_is_written_as_it_comes() {
        instance.answering(200, "{'type':'header'}\n{'type':'end'}\n");
        var result = session().run("audit", "export", "--organization", "ext:acme", "--from-seq", "3");

        assertThat(result.out()).isEqualTo("{\"type\":\"header\"}\n{\"type\":\"end\"}\n");
        assertThat(instance.lastAsked().target())
                .isEqualTo("/v1/audit-events/export?organization=ext%3Aacme&from_seq=3");

        instance.answering(403, "{'code':'insufficient_scope','detail':'Missing audit:read.'}");
        assertThat(session().run("audit", "export").exitCode()).isEqualTo(ExitCode.FORBIDDEN);
    }

    @Test
    void an_operator_who_names_no_organization_is_told_whose_log_it_is() {
        var page = "{'items':[{'at':'2029-12-31T23:55:00Z','action':'user.created','organization':'%s','target':'x',"
                + "'actor':{'kind':'operator','id':'y'},'sealed':true,'seq':1}],'next_cursor':null}";
        instance.answering(200, page.formatted("org_instance"))
                .answering(200, page.formatted("org_instance"))
                .answering(200, page.formatted("org_acme"))
                .answering(200, "{'items':[{'number':3,'chain':'org_instance','seq':1}],'next_cursor':null}");

        assertThat(session().run("audit", "list").err())
                .contains("the instance's own log")
                .contains("--organization ID");
        assertThat(session().run("audit", "list", "-o", "json").err()).isEmpty();
        assertThat(session().run("audit", "list").err())
                .as("of a key of an organization")
                .isEmpty();
        assertThat(session().run("audit", "checkpoints").err()).contains("the instance's own log");
    }

    @Test
    void events_are_listed_in_80_columns() {
        instance.answering(
                200,
                "{'items':[{'at':'2029-12-31T23:55:00Z','action':'key.revoked','target':'key_3Fq0aZ81bQxR',"
                        + "'actor':{'kind':'member','id':'mem_7cR4yTf2NdQ9uLwM'},'sealed':true,'seq':42},"
                        + "{'at':'2029-12-31T23:59:59Z','action':'key.created','target':'key_3Fq0aZ81bQxR',"
                        + "'actor':{'kind':'job','id':'job_x'},'sealed':false,'seq':null}],'next_cursor':null}");
        var result = session().run("audit", "list", "--action", "key.revoked", "--since", "2029-01-01T00:00:00Z");

        assertThat(result.out()).contains("key.revoked", "mem_7cR4yTf2NdQ9uLwM", "42", "unsealed");
        assertThat(result.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(instance.lastAsked().target())
                .isEqualTo("/v1/audit-events?action=key.revoked&since=2029-01-01T00%3A00%3A00Z");
    }
}
