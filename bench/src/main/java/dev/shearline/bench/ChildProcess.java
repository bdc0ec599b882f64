package dev.shearline.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another JVM with our class path, which listens and says where. Ended with its handle, never by name. */
final class ChildProcess implements AutoCloseable {

    /** What a child prints, followed by its port, as soon as it listens. */
    static final String LISTENING = "listening ";

    private static final Duration STOP_WAIT = Duration.ofSeconds(15);
    /** The flags of {@code shearline serve}, for peers too. */
    private static final List<String> FLAGS =
            List.of("-XX:+UseParallelGC", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED");

    private final Process process;
    private final Path log;
    private final int port;

    private ChildProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Returns when the child listens. */
    static ChildProcess start(
            Path directory, String name, Class<?> main, Map<String, String> environment, String... arguments) {
        return start(directory, name, main, List.of(), environment, arguments);
    }

    /** @param flags further ones of the JVM */
    static ChildProcess start(
            Path directory,
            String name,
            Class<?> main,
            List<String> flags,
            Map<String, String> environment,
            String... arguments) {
        return start(directory, name, environment, command(main, flags, arguments));
    }

    /** Something else than a JVM, which says where it listens as ours do. */
    static ChildProcess start(Path directory, String name, Map<String, String> environment, List<String> command) {
        try {
            var log = Files.createTempFile(directory, name + "-", ".log");
            var builder = new ProcessBuilder(command).redirectError(log.toFile());
            builder.environment().keySet().removeIf(variable -> variable.startsWith("SHEARLINE_"));
            builder.environment().putAll(environment);
            var process = builder.start();
            return new ChildProcess(process, log, awaitPort(process, log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Class<?> main, List<String> flags, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(flags);
        var more = System.getenv("BENCH_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.strip().split(" +")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static int awaitPort(Process process, Path log) throws IOException {
        // closing the reader would close the child's output, and with it whatever it still wants to say
        @SuppressWarnings("resource")
        BufferedReader lines = process.inputReader();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(LISTENING)) {
                drain(lines);
                return Integer.parseInt(line.substring(LISTENING.length()));
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("the child ended before it listened:\n" + Files.readString(log));
    }

    private static void drain(BufferedReader lines) {
        Thread.ofVirtual().start(() -> {
            try {
                while (lines.readLine() != null) {
                    // nobody reads it, and a full pipe would stop the child
                }
            } catch (IOException e) {
                // it has ended
            }
        });
    }

    int port() {
        return port;
    }

    /** User and system time since its start. */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Has the JDK's own tool tell this JVM something. */
    void jcmd(String... command) throws IOException {
        var all = new ArrayList<String>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        all.add(Long.toString(process.pid()));
        all.addAll(List.of(command));
        var jcmd = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said;
        try (var lines = jcmd.inputReader()) {
            said = lines.readAllAsString();
        }
        if (jcmd.onExit().join().exitValue() != 0) {
            throw new IllegalStateException("jcmd said:\n" + said);
        }
    }

    /** What it wrote on standard error: its log. */
    Path log() {
        return log;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
