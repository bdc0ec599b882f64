package dev.shearline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** wrk, the load generator: a package of Debian and Homebrew, in C, so that it leaves most of a small machine to the server. */
final class Wrk {

    private static final String RESULT = "result ";

    /** One run: a rate, latencies in milliseconds, and how many answers were errors. */
    record Result(long requests, Duration duration, long errors, double p50, double p99) {

        double perSecond() {
            return requests * 1e9 / duration.toNanos();
        }
    }

    private final Path script;
    private final List<String> arguments;

    /**
     * @param bodies a file with one JSON body a line
     * @param token a file with the caller's credential
     */
    Wrk(Path directory, Path bodies, Path token) {
        this(directory, "post.lua", List.of(bodies.toString(), token.toString()));
    }

    private Wrk(Path directory, String name, List<String> arguments) {
        this.script = directory.resolve(name);
        this.arguments = arguments;
        try (var lua = Objects.requireNonNull(Wrk.class.getResourceAsStream(name))) {
            Files.copy(lua, script, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param tokens a file with one credential a line, each request with one of them */
    static Wrk getting(Path directory, Path tokens) {
        return new Wrk(directory, "get.lua", List.of(tokens.toString()));
    }

    Result run(String url, int connections, Duration duration) {
        var command = new ArrayList<>(List.of(
                "wrk",
                "-t" + Math.min(2, connections),
                "-c" + connections,
                "-d" + duration.toSeconds() + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                url,
                "--"));
        command.addAll(arguments);
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var reader = process.inputReader()) {
                var lines = reader.lines().toList();
                return lines.stream()
                        .filter(line -> line.startsWith(RESULT))
                        .findFirst()
                        .map(Wrk::parse)
                        .orElseThrow(() -> new IllegalStateException("wrk said:\n" + String.join("\n", lines)));
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("wrk cannot be run", e);
        }
    }

    private static Result parse(String line) {
        var fields = line.substring(RESULT.length()).split(" ", -1);
        return new Result(
                Long.parseLong(fields[0]),
                Duration.ofNanos(Long.parseLong(fields[1]) * 1_000),
                Long.parseLong(fields[2]),
                Double.parseDouble(fields[3]) / 1_000,
                Double.parseDouble(fields[4]) / 1_000);
    }
}
