package dev.shearline.server.testing;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A PostgreSQL of a test's own, which it can restart. */
public final class OwnPostgres implements AutoCloseable {

    private final Path place;
    private EmbeddedPostgres postgres;

    private OwnPostgres(Path place) {
        this.place = place;
        this.postgres = start();
    }

    public static OwnPostgres in(Path place) {
        try {
            // PostgreSQL may run under another account than this process
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OwnPostgres(place);
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.start(TestPostgres.config(place.resolve("data")));
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    /** On the same port. */
    public void restart() {
        int port = postgres.port();
        postgres.close();
        postgres = start();
        if (postgres.port() != port) {
            throw new AssertionError("PostgreSQL is on port " + postgres.port() + " now, and was on " + port);
        }
    }

    @Override
    public void close() {
        postgres.close();
    }
}
