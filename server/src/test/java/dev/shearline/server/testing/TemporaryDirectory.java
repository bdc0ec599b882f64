package dev.shearline.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A directory of a rig, with all that lies in it gone when the rig closes. A test class has JUnit's {@code @TempDir}. */
public record TemporaryDirectory(Path path) implements AutoCloseable {

    public static TemporaryDirectory make(String prefix) {
        try {
            return new TemporaryDirectory(Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (var tree = Files.walk(path)) {
            for (var found : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(found);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
