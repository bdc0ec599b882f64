package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator's commands say where no database answers; with one they are tried by the operator's guide. */
class NodeCommandsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(directory.resolve("node.conf"), """
                listen = 127.0.0.1:0
                management-listen = 127.0.0.1:0
                database-url = postgres://app:hunter2@127.0.0.1:1/shearline
                node-database-url = postgres://node:hunter2@127.0.0.1:1/shearline
                secret-keys-file = %1$s/instance.keys
                data-dir = %1$s/data
                """.formatted(directory));
    }

    private Session.Result run(String... arguments) {
        return new Session(directory).run(arguments);
    }

    @Test
    void instance_keys_are_made_once_and_prepared_and_promoted_with_the_database_alone() throws IOException {
        var made = run("secrets", "create", "instance.keys");
        var file = directory.resolve("instance.keys");
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        var again = run("secrets", "create", "instance.keys");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("instance keys are never overwritten");

        assertThat(run("secrets", "rotate", "--config", "node.conf", "--prepare")
                        .err())
                .contains("Give every node this file and restart");
        var prepared = Files.readAllLines(file);
        var promoted = run("secrets", "rotate", "--config", "node.conf");
        assertThat(promoted.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(promoted.err()).contains("cannot be reached");
        assertThat(Files.readAllLines(file))
                .as("what is stored has to follow the key, so the key waits for the database")
                .isEqualTo(prepared);
        assertThat(prepared.stream().filter(line -> line.startsWith("ik_"))).hasSize(2);
        assertThat(made.err() + promoted.err())
                .doesNotContain(prepared.getLast().split(" ")[1]);
    }

    @Test
    void without_a_prepared_key_the_database_must_say_how_many_nodes_there_are() {
        run("secrets", "create", "instance.keys");
        var refused = run("secrets", "rotate", "--config", "node.conf");
        assertThat(refused.exitCode()).isEqualTo(7);
        assertThat(refused.err()).contains("cannot be reached").contains("shearline doctor");
    }

    @Test
    void bootstrap_needs_instance_keys_and_a_database() {
        var noKeys = run("bootstrap", "--config", "node.conf");
        assertThat(noKeys.exitCode()).isEqualTo(2);
        assertThat(noKeys.err()).contains("instance.keys cannot be read");

        run("secrets", "create", "instance.keys");
        var noDatabase = run("bootstrap", "--config", "node.conf");
        assertThat(noDatabase.exitCode()).isEqualTo(7);
        assertThat(noDatabase.out()).isEmpty();
        assertThat(noDatabase.err()).contains("cannot be reached").doesNotContain("hunter2");
    }

    @Test
    void doctor_has_a_line_for_each_look_and_under_it_what_mends_it() {
        var examined = run("doctor", "--config", "node.conf");

        assertThat(examined.exitCode()).isEqualTo(1);
        assertThat(examined.out())
                .startsWith("ok    settings             (6 given, ")
                .contains("fail  instance keys        (")
                .contains("\n      shearline secrets create " + directory.resolve("instance.keys"))
                .contains("fail  application database (")
                .contains("\n      systemctl start postgresql\n")
                .doesNotContain("hunter2");
    }

    @Test
    void programs_get_the_same_from_doctor() {
        var json = run("doctor", "--config", "node.conf", "-o", "json");
        var items = ApiClient.JSON.readTree(json.out()).path("items");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(items.get(0).path("level").asString()).isEqualTo("ok");
        assertThat(items.get(1).path("what").asString()).isEqualTo("instance keys");
        assertThat(items.get(1).path("mend").asString()).startsWith("shearline secrets create ");
    }

    @Test
    void a_configuration_with_faults_is_all_that_doctor_finds() {
        var examined = run("doctor");
        assertThat(examined.exitCode()).isEqualTo(1);
        assertThat(examined.out())
                .contains("fail  settings")
                .contains("SHEARLINE_DATABASE_URL")
                .contains("\n      shearline config check\n")
                .doesNotContain("\nok");
    }
}
