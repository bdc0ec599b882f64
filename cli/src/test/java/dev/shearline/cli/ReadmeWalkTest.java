package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The README, executed as printed. Two things differ: {@code ./shearline} runs the classes under test, and the port is a
 * free one instead of 8080.
 */
class ReadmeWalkTest {
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final String PRINTED_PORT = "8080";

    private Path place;

    @BeforeEach
    void layOut() throws IOException {
        place = DevProcess.place();
    }

    @AfterEach
    void tidyUp() throws IOException {
        DevProcess.delete(place);
    }

    @Test
    void the_walk_ends_with_a_key_that_is_refused() throws Exception {
        var readme = Files.readString(Path.of("../README.md"));
        assertThat(blocks(readme, "## Start")).startsWith("./shearline dev\n").endsWith("./shearline test\n");

        int port = DevProcess.freePort();
        try (var dev = DevProcess.start(place, "--port", Integer.toString(port))) {
            assertThat(dev.url()).isEqualTo("http://127.0.0.1:" + port);
            var walk = blocks(readme, "## A walk").replace(PRINTED_PORT, Integer.toString(port));
            var said = run(walk);

            assertThat(said)
                    .containsSubsequence(
                            "\"valid\":true",
                            "\"code\":\"allowed\"",
                            "Revoked key_",
                            "dead on 1 of 1 node after",
                            "\"valid\":false",
                            "\"code\":\"revoked\"");
        }
    }

    private static String blocks(String readme, String heading) {
        int start = readme.indexOf(heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        int end = readme.indexOf("\n## ", start + heading.length());
        return BLOCK.matcher(readme.substring(start, end))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());
    }

    private String run(String script) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", "-eu", "-c", script)
                .directory(place.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SHEARLINE_"));
        var process = builder.start();
        try {
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
