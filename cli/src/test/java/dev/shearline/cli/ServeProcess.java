package dev.shearline.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code shearline serve} as a process of its own, on the classes under test. */
final class ServeProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Pattern LISTENS = Pattern.compile("Shearline listens on (\\S+), for management on (\\S+)\\.");

    /** How a process that did not come up has ended. */
    record Refusal(int exitCode, String said) {}

    private final Process process;
    private final Child child;
    private final Thread reader;
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private String api = "";
    private String management = "";

    private ServeProcess(Process process) {
        this.process = process;
        this.child = new Child(process);
        this.reader =
                Thread.ofVirtual().start(() -> process.errorReader().lines().forEach(logged::add));
    }

    /** Returns when it listens. */
    static ServeProcess start(Path directory, Map<String, String> environment, String... options) throws IOException {
        var serve = new ServeProcess(process(directory, environment, options));
        try {
            serve.awaitListening();
            return serve;
        } catch (RuntimeException e) {
            serve.close();
            throw e;
        }
    }

    /** Of one that must not start. */
    static Refusal refusal(Path directory, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        try (var serve = new ServeProcess(process(directory, environment, options))) {
            if (!serve.process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("it runs");
            }
            serve.reader.join();
            return new Refusal(serve.process.exitValue(), String.join("\n", serve.logged));
        }
    }

    private static Process process(Path directory, Map<String, String> environment, String... options)
            throws IOException {
        var command =
                new ArrayList<String>(List.of(directory.resolve("shearline").toString(), "serve"));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SHEARLINE_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void awaitListening() throws IOException {
        var guard = child.guard(START_LIMIT);
        BufferedReader out = process.inputReader();
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listens = LISTENS.matcher(line);
            if (listens.matches()) {
                api = listens.group(1);
                management = listens.group(2);
                guard.cancel(false);
                return;
            }
        }
        throw new IllegalStateException("shearline serve did not start:\n" + String.join("\n", logged));
    }

    /** The next line on standard output. */
    String nextLine() throws IOException {
        var guard = child.guard(START_LIMIT);
        var line = process.inputReader().readLine();
        guard.cancel(false);
        return String.valueOf(line);
    }

    URI api() {
        return URI.create("http://" + api);
    }

    URI management() {
        return URI.create("http://" + management);
    }

    /** {@code 127.0.0.1:40123}. */
    String address() {
        return api;
    }

    /** Everything that an ended process has written. */
    List<String> lastWords() throws InterruptedException {
        reader.join();
        return logged;
    }

    /** Sends one that does not end it. */
    void signal(String name) throws IOException, InterruptedException {
        child.signal(name);
    }

    /** Sends a signal by its name and returns the exit code. */
    int stop(String signal) throws IOException, InterruptedException {
        return child.stop(signal);
    }

    @Override
    public void close() {
        child.close();
    }
}
