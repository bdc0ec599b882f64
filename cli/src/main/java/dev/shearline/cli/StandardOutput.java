package dev.shearline.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers why it could not be written.
 *
 * <p>{@link PrintStream} forgets. A reader that has gone ({@code | head}) has what it wanted, and nothing is said; a disk
 * that is full has lost what the command was for.
 */
final class StandardOutput extends OutputStream {
    private static final String READER_GONE = "Broken pipe";

    private final OutputStream out;
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    PrintStream printStream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    /** What the user is told; nothing where the reader has merely gone. */
    Optional<String> findLoss() {
        return Optional.ofNullable(failure)
                .map(IOException::getMessage)
                .filter(message -> !message.equals(READER_GONE))
                .map(message -> "Standard output cannot be written (" + message + "): what it says is not all.");
    }

    @Override
    public void write(int character) throws IOException {
        write(new byte[] {(byte) character}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
