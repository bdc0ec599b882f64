package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCheckTest {
    @TempDir
    Path directory;

    private Session session() {
        return new Session(directory)
                .with("SHEARLINE_DATABASE_URL", "postgres://app:hunter2@127.0.0.1:1/shearline")
                .with("SHEARLINE_NODE_DATABASE_URL", "postgres://node:hunter2@127.0.0.1:1/shearline");
    }

    @Test
    void every_setting_is_shown_by_where_it_comes_from_without_passwords() throws IOException {
        Files.writeString(directory.resolve("node.conf"), "listen = 127.0.0.1:8443\nsecret-keys-file = none.keys\n");

        var checked = session().run("config", "check", "--config", "node.conf");

        assertThat(checked.exitCode()).as(checked.err()).isZero();
        assertThat(checked.out())
                .containsSubsequence(
                        "from " + directory.resolve("node.conf"),
                        "  listen = 127.0.0.1:8443",
                        "by default",
                        "  management-listen = 127.0.0.1:9090",
                        "from the environment",
                        "  database-url = postgres://app:…@127.0.0.1:1/shearline")
                .doesNotContain("hunter2");
        try (var files = Files.list(directory)) {
            assertThat(files).as("it touches nothing").hasSize(1);
        }
    }

    @Test
    void programs_get_name_variable_value_and_source() throws IOException {
        Files.writeString(directory.resolve("node.conf"), "secret-keys-file = none.keys\n");
        var json = session()
                .with("SHEARLINE_CONFIG", directory.resolve("node.conf").toString())
                .run("config", "check", "-o", "json");

        var first = ApiClient.JSON.readTree(json.out()).path("items").get(0);
        assertThat(first.path("setting").asString()).isEqualTo("listen");
        assertThat(first.path("variable").asString()).isEqualTo("SHEARLINE_LISTEN");
        assertThat(first.path("value").asString()).isEqualTo("127.0.0.1:8080");
        assertThat(first.path("source").asString()).isEqualTo("default");
    }

    @Test
    void every_fault_is_named_and_is_exit_code_2() {
        var refused = session()
                .with("SHEARLINE_LISTEN", "here")
                .with("SHEARLINE_LISTENN", "x")
                .run("config", "check");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("SHEARLINE_LISTEN must be host:port")
                .contains("Did you mean SHEARLINE_LISTEN?")
                .contains("SHEARLINE_SECRET_KEYS_FILE");
    }
}
