package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A temporary directory that PostgreSQL's account can reach, and whose postmasters end with it. */
final class Place implements AutoCloseable {
    static final Path DEBIAN_15 = Path.of("/usr/lib/postgresql/15/bin");

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Path root;

    Place() throws IOException {
        root = Files.createTempDirectory("shearline-embedded-").toRealPath();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
    }

    Path path(String name) {
        return root.resolve(name);
    }

    EmbeddedPostgresConfig config() {
        return EmbeddedPostgresConfig.of(path("data")).withRelocationRoot(path("elsewhere"));
    }

    /** Returns the directory where PostgreSQL's own files of {@link #config} lie. */
    Path cluster() {
        return path("data").resolve("cluster");
    }

    /** Sends a signal as a person would. */
    static void signal(String name, long pid) {
        Command.run(List.of("kill", "-" + name, Long.toString(pid)), LIMIT);
    }

    @Override
    public void close() throws IOException {
        List<Path> left;
        try (var tree = Files.walk(root)) {
            left = tree.filter(path -> path.endsWith("postmaster.pid")).toList();
        }
        for (var file : left) {
            PostmasterFile.findLive(Disk.directoryOf(file)).ifPresent(postmaster -> {
                signal("QUIT", postmaster.pid());
                ProcessHandle.of(postmaster.pid())
                        .ifPresent(process ->
                                process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
            });
        }
        Disk.deleteTree(root);
    }
}
