package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the guide on access prints to be typed works, in its order. */
class AccessGuideTest {
    private static final Path GUIDE = Path.of("../docs/guides/access.md");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final int LIMIT_MINUTES = 3;

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
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said)
                    .contains("Plan business (Business)")
                    .contains("Plan free (Free)")
                    .contains("Over: 3 ci keys, a type that the plan does not include")
                    .contains("keys were not used for 90d");
        } finally {
            DevProcess.delete(place);
        }
    }
}
