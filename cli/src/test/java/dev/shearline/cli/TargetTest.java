package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {
    private static final String NOTHING = "{'items':[],'next_cursor':null}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance().answering(200, NOTHING);

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void the_nearest_dev_instance_is_found_with_its_operator_key() throws IOException {
        dev("rw-------");
        var below = Files.createDirectories(directory.resolve("some/where/below"));
        var result = new Session(below).run("keys", "list");

        assertThat(result.exitCode()).isZero();
        assertThat(instance.lastAsked().authorization()).isEqualTo("Bearer the-operator");
    }

    @Test
    void an_operator_key_that_others_can_read_is_refused_with_the_command_that_mends_it() throws IOException {
        var key = dev("rw-r--r--");
        var result = new Session(directory).run("keys", "list");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("chmod 600 " + key);
        assertThat(instance.asked()).isEmpty();
    }

    @Test
    void an_operator_key_is_not_sent_to_another_instance() throws IOException {
        dev("rw-------");
        try (var other = new FakeInstance()) {
            var result = new Session(directory).run("keys", "list", "--url", other.url());

            assertThat(result.exitCode()).isEqualTo(4);
            assertThat(result.err()).contains("SHEARLINE_KEY");
            assertThat(other.asked()).isEmpty();
        }
    }

    @Test
    void flags_go_before_the_environment_and_that_before_dev() throws IOException {
        dev("rw-------");
        var keyFile = Files.writeString(directory.resolve("k"), "from-the-file\n");
        instance.answering(200, NOTHING).answering(200, NOTHING);

        new Session(directory).with("SHEARLINE_KEY", "from-the-environment").run("keys", "list");
        assertThat(instance.lastAsked().authorization()).isEqualTo("Bearer from-the-environment");
        new Session(directory)
                .with("SHEARLINE_KEY", "from-the-environment")
                .with("SHEARLINE_URL", "http://127.0.0.1:1")
                .run("keys", "list", "--key-file", keyFile.toString(), "--url", instance.url());
        assertThat(instance.lastAsked().authorization()).isEqualTo("Bearer from-the-file");
        new Session(directory).with("SHEARLINE_KEY_FILE", keyFile.toString()).run("keys", "list");
        assertThat(instance.lastAsked().authorization()).isEqualTo("Bearer from-the-file");
    }

    @Test
    void without_any_instance_the_next_step_is_named() {
        var result = new Session(directory).run("keys", "list");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("./shearline dev");
    }

    @Test
    void what_is_no_url_is_said_to_be_none() {
        var result = new Session(directory).with("SHEARLINE_KEY", "k").run("keys", "list", "--url", "localhost:8080");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("http://host:port");
    }

    private Path dev(String mode) throws IOException {
        var data = Files.createDirectories(directory.resolve(".shearline"));
        Files.writeString(data.resolve("dev.url"), instance.url() + "\n");
        var key = Files.writeString(data.resolve("operator.key"), "the-operator\n");
        return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
    }
}
