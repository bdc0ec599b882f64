package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a running PostgreSQL wrote about itself into its cluster, once it is known to be true: the file outlives a
 * postmaster that was killed, and its number may belong to another process by then.
 *
 * @param pid the process number of the postmaster
 * @param port the port that it listens on
 */
record PostmasterFile(long pid, int port) {
    private static final String FILE = "postmaster.pid";
    private static final int PORT_LINE = 3;

    /** Finds the live postmaster of a cluster. */
    static Optional<PostmasterFile> findLive(Path cluster) {
        return read(cluster)
                .filter(written -> ProcessHandle.of(written.pid)
                        .filter(process -> isPostmasterOf(cluster, process))
                        .isPresent());
    }

    /**
     * Removes the file when its number has come to another process: PostgreSQL would take that one for its predecessor
     * and not start. When nobody has the number PostgreSQL finds out by itself, with the file's help.
     */
    static void removeMistaken(Path cluster) throws IOException {
        var written = read(cluster);
        if (written.isPresent()
                && ProcessHandle.of(written.get().pid).isPresent()
                && findLive(cluster).isEmpty()) {
            Files.deleteIfExists(cluster.resolve(FILE));
        }
    }

    private static Optional<PostmasterFile> read(Path cluster) {
        try {
            var lines = Files.readAllLines(cluster.resolve(FILE));
            var port = lines.size() > PORT_LINE
                    ? Integer.parseInt(lines.get(PORT_LINE).strip())
                    : 0;
            return Optional.of(
                    new PostmasterFile(Long.parseLong(lines.getFirst().strip()), port));
        } catch (IOException | RuntimeException e) {
            // not there, or half written by a process that died: PostgreSQL itself judges what it left
            return Optional.empty();
        }
    }

    private static boolean isPostmasterOf(Path cluster, ProcessHandle process) {
        var program = process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString());
        // after an upgrade Linux says "postgres (deleted)"
        if (!program.orElse("").startsWith("postgres")) {
            return false;
        }
        var workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
        if (Files.exists(workingDirectory, LinkOption.NOFOLLOW_LINKS)) {
            try {
                return Files.isSameFile(workingDirectory, cluster);
            } catch (IOException e) {
                return false;
            }
        }
        return Arrays.asList(process.info().arguments().orElse(new String[0])).contains(cluster.toString());
    }
}
