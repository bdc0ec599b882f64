package dev.shearline.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@code shearline dev} as a process of its own, on the classes under test. */
final class DevProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final String LAST_LINE = "Ctrl-C stops it";

    private final Process process;
    private final Child child;
    private final List<String> said = new CopyOnWriteArrayList<>();

    private Thread listener = Thread.ofVirtual().unstarted(() -> {});

    private DevProcess(Process process) {
        this.process = process;
        this.child = new Child(process);
    }

    /** Returns when it says that it is running. */
    static DevProcess start(Path directory, String... options) throws IOException {
        return start(directory, Map.of(), options);
    }

    static DevProcess start(Path directory, Map<String, String> environment, String... options) throws IOException {
        var command =
                new ArrayList<String>(List.of(directory.resolve("shearline").toString(), "dev"));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SHEARLINE_"));
        builder.environment().putAll(environment);
        var dev = new DevProcess(builder.start());
        try {
            dev.awaitRunning();
            return dev;
        } catch (RuntimeException e) {
            dev.close();
            throw e;
        }
    }

    private void awaitRunning() throws IOException {
        var guard = child.guard(START_LIMIT);
        BufferedReader reader = process.inputReader();
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            said.add(line);
            if (line.startsWith(LAST_LINE)) {
                guard.cancel(false);
                listen(reader);
                return;
            }
        }
        throw new IllegalStateException("shearline dev did not start:\n" + String.join("\n", said));
    }

    /** A pipe that nobody reads would stop the process. */
    private void listen(BufferedReader reader) {
        listener = Thread.ofVirtual().start(() -> reader.lines().forEach(said::add));
    }

    /** Everything that an ended process has said. */
    List<String> lastWords() throws InterruptedException {
        listener.join();
        return said;
    }

    List<String> said() {
        return said;
    }

    /** From the line {@code API  http://…}. */
    String url() {
        return said.stream()
                .filter(line -> line.strip().startsWith("API "))
                .map(line -> line.strip().substring("API ".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    long pid() {
        return process.pid();
    }

    /** Sends a signal by its name and returns the exit code. */
    int stop(String signal) throws IOException, InterruptedException {
        return child.stop(signal);
    }

    @Override
    public void close() {
        child.close();
    }

    /**
     * A directory with a command {@code shearline} in it that runs the classes under test. Not JUnit's: PostgreSQL's
     * account must be able to pass through it, or it would keep its data elsewhere.
     */
    static Path place() throws IOException {
        var place = Files.createTempDirectory("shearline-cli-test-");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x--x"));
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        // what it leaves in the way of temporary files is found beside its other files
        var temporary = Files.createDirectory(place.resolve("tmp"));
        var program = "'" + java
                + "' -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Djava.io.tmpdir='"
                + temporary + "' -cp '" + absolute(classes) + "' " + Shearline.class.getName() + " \"$@\"\n";
        // whoever runs tests in the background of a script has SIGINT ignored, and all that it starts
        var launcher = Files.writeString(
                place.resolve("shearline"),
                "#!/bin/sh\nif env --default-signal=INT true 2>/dev/null; then exec env --default-signal=INT " + program
                        + "fi\nexec " + program);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        return place.toRealPath();
    }

    private static String absolute(String classPath) {
        var entries = new ArrayList<String>();
        for (var entry : classPath.split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    static void delete(Path place) throws IOException {
        try (var files = Files.walk(place)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(DevInstance.HOST))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
