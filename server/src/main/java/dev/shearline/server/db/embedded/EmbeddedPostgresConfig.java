package dev.shearline.server.db.embedded;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Consumer;

/**
 * What the embedded PostgreSQL is to be started with.
 *
 * @param directory what belongs to this cluster and to nothing else; made when it is missing
 * @param binaries which PostgreSQL to run
 * @param relocationRoot where the cluster goes when PostgreSQL's account cannot reach {@code directory}; matters to root
 * @param progress told what takes long, one sentence at a time
 * @param random makes the superuser's password
 */
public record EmbeddedPostgresConfig(
        Path directory,
        PostgresBinaries binaries,
        Path relocationRoot,
        Consumer<String> progress,
        SecureRandom random) {

    private static final Path RELOCATION_ROOT = Path.of("/var/lib/shearline");

    /** Returns the configuration of {@code shearline dev}: bundled binaries, silent. */
    public static EmbeddedPostgresConfig of(Path directory) {
        return new EmbeddedPostgresConfig(
                directory, PostgresBinaries.bundled(), RELOCATION_ROOT, message -> {}, new SecureRandom());
    }

    public EmbeddedPostgresConfig withBinaries(PostgresBinaries chosen) {
        return new EmbeddedPostgresConfig(directory, chosen, relocationRoot, progress, random);
    }

    public EmbeddedPostgresConfig withRelocationRoot(Path root) {
        return new EmbeddedPostgresConfig(directory, binaries, root, progress, random);
    }

    public EmbeddedPostgresConfig withProgress(Consumer<String> listener) {
        return new EmbeddedPostgresConfig(directory, binaries, relocationRoot, listener, random);
    }
}
