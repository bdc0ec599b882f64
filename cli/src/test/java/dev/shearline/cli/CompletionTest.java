package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts in the shells that they are for. */
class CompletionTest {
    private static final String BASH = """
            source "$1"
            COMP_WORDS=("${@:2}")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _shearline
            printf '%s\\n' "${COMPREPLY[@]}"
            """;
    /** What would be offered is printed instead: of an array by its name, of words themselves. */
    private static final String ZSH = """
            compdef() { : }
            _files() { print -l -- ${words[CURRENT]}*(N) }
            compadd() {
                if [[ $1 == -l ]]; then
                    local -a offered=("${(@P)@[-1]}")
                    print -l -- ${(M)offered:#${words[CURRENT]}*}
                else
                    shift # over the dashes
                    print -l -- ${(M)@:#${words[CURRENT]}*}
                fi
            }
            source "$1"
            words=("${@:2}")
            CURRENT=$#words
            _shearline
            """;

    private static final String FISH = "source $argv[1]; complete -C (string join ' ' -- $argv[2..-1])";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void commands_options_values_and_files_are_completed(String shell) throws Exception {
        Files.writeString(directory.resolve("my.key"), "");

        assertThat(complete(shell, "")).contains("keys", "auth", "orgs", "dev", "completion");
        assertThat(complete(shell, "ke")).containsExactly("keys");
        assertThat(complete(shell, "b")).containsExactly("bootstrap");
        assertThat(complete(shell, "secrets", "")).containsExactlyInAnyOrder("create", "rotate");
        assertThat(complete(shell, "migrate", "--as", "")).containsExactlyInAnyOrder("environment", "config");
        assertThat(complete(shell, "doctor", "--c")).containsExactly("--config");
        assertThat(complete(shell, "keys", "r")).containsExactlyInAnyOrder("rotate", "revoke");
        assertThat(complete(shell, "keys", "list", "--un")).containsExactlyInAnyOrder("--unit", "--unused-for");
        assertThat(complete(shell, "keys", "list", "-o", "")).containsExactlyInAnyOrder("table", "json", "yaml", "csv");
        assertThat(complete(shell, "keys", "list", "--status", "ex")).containsExactlyInAnyOrder("expiring", "expired");
        assertThat(complete(shell, "orgs", "list", "--status", ""))
                .contains("suspended")
                .doesNotContain("expired");
        assertThat(complete(shell, "teams", "create", "--name", "")).isEmpty();
        assertThat(complete(shell, "keys", "list", "--key-file", "my")).containsExactly("my.key");
    }

    @ParameterizedTest
    @CsvSource({"bash,-n", "zsh,-n", "fish,--no-execute"})
    void a_shell_finds_no_fault_in_its_script(String shell, String check) throws Exception {
        assertThat(run(List.of(shell, check, script(shell).toString()))).isEmpty();
    }

    @Test
    void another_shell_is_exit_code_2() {
        var result = new Session(directory).run("completion", "csh");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("bash, zsh, fish");
    }

    private List<String> complete(String shell, String... words) throws Exception {
        var command = new ArrayList<>(
                switch (shell) {
                    case "bash" -> List.of("bash", "--norc", "-c", BASH, "bash");
                    case "zsh" -> List.of("zsh", "-f", "-c", ZSH, "zsh");
                    default -> List.of("fish", "--no-config", "-c", FISH);
                });
        command.add(script(shell).toString());
        command.add("shearline");
        command.addAll(List.of(words));
        return run(command)
                .lines()
                .map(line -> line.split("\t|  -- ")[0])
                .filter(line -> !line.isBlank())
                .toList();
    }

    private Path script(String shell) throws IOException {
        var result = new Session(directory).run("completion", shell);
        assertThat(result.exitCode()).isZero();
        return Files.writeString(directory.resolve("completion." + shell), result.out());
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        var process = builder.start();
        process.getOutputStream().close();
        try {
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
