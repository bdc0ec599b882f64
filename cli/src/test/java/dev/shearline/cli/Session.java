package dev.shearline.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** Somebody at a prompt: an environment, a directory, and what commands leave on the screen. */
final class Session {
    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final Map<String, String> environment = new HashMap<>();
    private final Path directory;
    private String input = "";
    private Terminals terminals = Terminals.NONE;
    private boolean diskFull;
    private Runnable whenWritten = () -> {};

    /** What a command left behind. */
    record Result(int exitCode, String out, String err) {}

    Session(Path directory) {
        this.directory = directory;
    }

    /** With a URL and a key in the environment. */
    static Session at(FakeInstance instance, Path directory) {
        return new Session(directory).with("SHEARLINE_URL", instance.url()).with("SHEARLINE_KEY", "the-caller");
    }

    Session with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Session typing(String text) {
        input = text;
        return this;
    }

    Session atTerminal() {
        terminals = Terminals.ALL;
        return this;
    }

    /** Standard output goes to a disk that is full. */
    Session onFullDisk() {
        diskFull = true;
        return this;
    }

    /** Something happens while a command writes to standard output. */
    Session whenWritten(Runnable happening) {
        whenWritten = happening;
        return this;
    }

    Result run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exitCode = Shearline.run(surroundings(out, err), arguments);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Where nothing is to be seen. */
    Surroundings surroundings() {
        return surroundings(new ByteArrayOutputStream(), new ByteArrayOutputStream());
    }

    private Surroundings surroundings(ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Surroundings(
                environment,
                directory,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(diskFull ? new FullDisk() : new Watched(out), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminals,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private final class Watched extends FilterOutputStream {
        Watched(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            whenWritten.run();
            out.write(bytes, offset, length);
        }
    }

    private static final class FullDisk extends OutputStream {
        @Override
        public void write(int character) throws IOException {
            throw new IOException("No space left on device");
        }
    }
}
