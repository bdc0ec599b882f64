package dev.shearline.cli;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** The data directory of {@code shearline dev}: what a later start and the command line look for in it. */
final class DevDirectory {
    private static final String DEMO_PENDING = "demo.pending";

    private final Path root;

    private DevDirectory(Path root) {
        this.root = root;
    }

    /** Makes it, for its owner alone, when it is missing. */
    static DevDirectory open(Path root) {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root.toAbsolutePath().getParent());
                // what lies in it is private file by file, for root's PostgreSQL must be able to pass through
                Files.createDirectory(
                        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
            return new DevDirectory(root.toRealPath());
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "The data directory " + root + " cannot be made (" + e + "). Choose another with --data-dir.",
                    e);
        }
    }

    Path root() {
        return root;
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    Path instanceKeys() {
        return root.resolve("instance.keys");
    }

    Path operatorKey() {
        return root.resolve(Sources.OPERATOR_KEY);
    }

    Optional<Secret> findOperatorKey() {
        return Files.exists(operatorKey())
                ? Optional.of(Secret.of(PrivateFile.readSecret(operatorKey())))
                : Optional.empty();
    }

    void writeOperatorKey(Secret key) {
        write(operatorKey(), key.reveal());
    }

    void writeUrl(String url) {
        write(root.resolve(Sources.DEV_URL), url);
    }

    /** Set before the demo data are loaded and cleared when they all are: a start that is cut off is made up for. */
    boolean isDemoPending() {
        return Files.exists(root.resolve(DEMO_PENDING));
    }

    void setDemoPending() {
        write(root.resolve(DEMO_PENDING), "");
    }

    void clearDemoPending() {
        try {
            Files.deleteIfExists(root.resolve(DEMO_PENDING));
        } catch (IOException e) {
            throw unwritable(root.resolve(DEMO_PENDING), e);
        }
    }

    /** Whole or not at all, and readable by nobody else at any moment. */
    private void write(Path file, String text) {
        var draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(draft);
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (var channel = Files.newByteChannel(
                    draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
                channel.write(StandardCharsets.UTF_8.encode(text + "\n"));
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CommandFailure unwritable(Path file, IOException e) {
        return new CommandFailure(ExitCode.FAILURE, "Cannot write " + file + " (" + e + ").", e);
    }
}
