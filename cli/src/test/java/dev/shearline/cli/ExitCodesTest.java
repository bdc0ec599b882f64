package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "400;2;",
                "401;4;shearline auth status shows which key was sent, and where it was found.",
                "403;5;shearline auth status shows what this key may do.",
                "404;3;",
                "409;6;",
                "422;2;On the command line that is --scope.",
                "429;7;Repeat the command in a moment.",
                "500;1;",
                "503;7;Repeat the command in a moment."
            })
    void a_problem_is_an_exit_code_and_says_what_to_do(int status, int exitCode, @Nullable String step) {
        try (var instance = new FakeInstance()) {
            instance.answering(
                    status, "{'detail':'Do this.','code':'some_code','field':'scopes[0]','request_id':'req_1'}");
            var result = Session.at(instance, directory).run("keys", "list");

            assertThat(result.exitCode()).isEqualTo(exitCode);
            assertThat(result.err())
                    .isEqualTo("error: Do this.\n  code some_code, field scopes[0], request id req_1\n"
                            + (step == null ? "" : "  " + step + "\n"));
            assertThat(result.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "events[0];webhooks update whk_1 --event key.revokd;--event",
                "url;webhooks update whk_1 --endpoint http://10.1.2.3/;--endpoint",
                "url;keys list;",
                "plan;orgs plan ext:acme --set premium;--set",
                "key_types.team.max_lifetime;orgs policy ext:acme;",
                "unused_for;keys unused --for ever;--for"
            })
    void an_option_is_named_where_the_command_has_it(String field, String command, @Nullable String option) {
        try (var instance = new FakeInstance()) {
            instance.answering(422, "{'detail':'Do this.','code':'some_code','field':'" + field + "'}");
            var result = Session.at(instance, directory).run(command.split(" ", -1));

            assertThat(result.err())
                    .isEqualTo("error: Do this.\n  code some_code, field " + field + "\n"
                            + (option == null ? "" : "  On the command line that is " + option + ".\n"));
        }
    }

    @Test
    void an_answer_that_is_no_problem_document_is_told_by_its_status() {
        try (var instance = new FakeInstance()) {
            instance.answering(502, "<html>").answering(200, "<html>");
            var session = Session.at(instance, directory);

            var badGateway = session.run("keys", "list");
            assertThat(badGateway.exitCode()).isEqualTo(7);
            assertThat(badGateway.err()).contains("answered with status 502");
            var somethingElse = session.run("keys", "list");
            assertThat(somethingElse.exitCode()).isEqualTo(1);
            assertThat(somethingElse.err()).contains("is not Shearline");
        }
    }

    @Test
    void where_nothing_answers_the_next_step_is_named() {
        String url;
        try (var instance = new FakeInstance()) {
            url = instance.url();
        }
        var result = new Session(directory).with("SHEARLINE_KEY", "k").run("keys", "list", "--url", url);

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.err()).contains("Nothing answers at " + url).contains("./shearline dev");
    }

    @Test
    void what_is_not_in_the_grammar_is_exit_code_2() {
        var session = new Session(directory);

        assertThat(session.run("keys", "list", "--nonsense").exitCode()).isEqualTo(2);
        assertThat(session.run("keys").exitCode()).isEqualTo(2);
        assertThat(session.run().exitCode()).isEqualTo(2);
        assertThat(session.run("kees").err()).contains("keys");
    }

    @Test
    void help_and_version_are_for_standard_output() {
        var session = new Session(directory);

        assertThat(session.run("--version").out()).startsWith("shearline ");
        assertThat(session.run("keys", "create", "--help").out()).contains("--secret-file");
        assertThat(session.run("keys", "create", "--help").out().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
