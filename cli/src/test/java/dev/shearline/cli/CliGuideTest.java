package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guide names every command and no other, and what it prints to be typed works. */
class CliGuideTest {
    private static final Path GUIDE = Path.of("../docs/guides/cli.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[a-z].*?`) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final int EXIT_CODES = 10;

    static List<CompletionPlace> commands() {
        var surroundings = new Session(Path.of(".")).surroundings();
        return CompletionPlace.everyOne(Shearline.commandLine(surroundings, List.of())).stream()
                .filter(place -> place.commands().isEmpty())
                .toList();
    }

    @Test
    void every_command_is_listed_and_nothing_else() throws IOException {
        var listed = ROW.matcher(Files.readString(GUIDE))
                .results()
                .flatMap(row -> NAME.matcher(row.group(1)).results())
                .map(name -> name.group(1))
                .toList();

        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(
                        commands().stream().map(CompletionPlace::path).toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_and_option_says_what_it_is_for(CompletionPlace command) {
        assertThat(command.description()).isNotBlank();
        assertThat(command.options())
                .allSatisfy(option -> assertThat(option.description())
                        .as(option.names().toString())
                        .isNotBlank());
        var help = new Session(Path.of("."))
                .run((command.path() + " --help").split(" "))
                .out();
        assertThat(help.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(80));
    }

    @Test
    void every_exit_code_is_explained() throws IOException {
        assertThat(Files.readString(GUIDE).lines().filter(line -> line.matches("\\| \\d+ \\|.*")))
                .hasSize(EXIT_CODES);
    }

    @Test
    void what_it_prints_works() throws Exception {
        var place = DevProcess.place();
        try (var dev = DevProcess.start(place, "--port", "0")) {
            assertThat(dev.url()).startsWith("http://127.0.0.1:");
            var script = BLOCK.matcher(Files.readString(GUIDE))
                    .results()
                    .map(block -> block.group(1))
                    .collect(Collectors.joining());
            var process = new ProcessBuilder("bash", "-eu", "-c", script)
                    .directory(place.toFile())
                    .redirectErrorStream(true)
                    .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("Globex (ext:globex)", "● Orders", "would revoke", "✓ whole");
            assertThat(place.resolve("orders.key")).exists();
        } finally {
            DevProcess.delete(place);
        }
    }
}
