package dev.shearline.server.db.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A program that runs to its end, within a limit, in an environment that owes nothing to the person's own. */
final class Command {
    private static final int OUTPUT_CHARS_MAX = 64 * 1024;
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(5);
    private static final List<String> SYSTEM_PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    /**
     * How the program ended.
     *
     * @param exit its exit status
     * @param output what it wrote to standard output and standard error, in order
     */
    record Ended(int exit, String output) {
        boolean succeeded() {
            return exit == 0;
        }
    }

    private Command() {}

    /** Runs the command and waits for its end; past the limit it and its children are killed. */
    static Ended run(List<String> command, Duration limit) {
        var builder = new ProcessBuilder(command)
                // the account that runs it may be unable to enter the directory we were started in
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        // PGDATA, PGOPTIONS and the like must not reach our cluster, and messages are in one language
        builder.environment().clear();
        builder.environment().put("PATH", String.join(File.pathSeparator, searchPath()));
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("Cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        }
        var output = CompletableFuture.supplyAsync(() -> outputOf(process), Thread::startVirtualThread);
        if (!endsWithin(process, limit)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new EmbeddedPostgresException(
                    command.getFirst() + " did not end within " + limit.toSeconds() + " s and was killed.");
        }
        return new Ended(process.exitValue(), resultOf(output));
    }

    /** Finds a program in the system's directories or on the path of this process. */
    static Optional<Path> find(String program) {
        return searchPath().stream()
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<String> searchPath() {
        var own = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(SYSTEM_PATH.stream(), Arrays.stream(own.split(File.pathSeparator, -1)))
                .filter(directory -> directory.startsWith("/"))
                .distinct()
                .toList();
    }

    /** Waits through interrupts: a cluster must be stopped also by a thread that is being ended. */
    private static boolean endsWithin(Process process, Duration limit) {
        var deadline = System.nanoTime() + limit.toNanos();
        var interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Reads to the end, so that the program never blocks on a full pipe, and keeps the beginning. */
    private static String outputOf(Process process) {
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            var kept = new StringBuilder();
            var chunk = new char[4096];
            for (var n = reader.read(chunk); n >= 0; n = reader.read(chunk)) {
                kept.append(chunk, 0, Math.min(n, OUTPUT_CHARS_MAX - kept.length()));
            }
            return kept.toString().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resultOf(CompletableFuture<String> output) {
        try {
            return output.get(OUTPUT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "(interrupted while reading its output)";
        } catch (ExecutionException | TimeoutException e) {
            return "(its output could not be read: " + e + ")";
        }
    }
}
