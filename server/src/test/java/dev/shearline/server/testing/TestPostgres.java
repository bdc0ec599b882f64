package dev.shearline.server.testing;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import dev.shearline.server.db.embedded.EmbeddedPostgresException;
import dev.shearline.server.db.embedded.PostgresBinaries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL that tests run on, one cluster a JVM, started when the first test asks. It is the launcher's own: fsync
 * and all.
 *
 * <p>The system property {@value #BINARIES} chooses the binaries: {@code embedded}, or a directory such as
 * {@code /usr/lib/postgresql/15/bin}.
 */
public final class TestPostgres {
    public static final String BINARIES = "shearline.test.postgres";

    private static final String EMBEDDED = "embedded";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /**
     * A fresh, empty database.
     *
     * @param jdbcUrl its address, without user and password
     * @param user the superuser
     */
    public record TestDatabase(String name, String jdbcUrl, String user, String password) {}

    private TestPostgres() {}

    /** Makes a database that no other test knows. */
    public static TestDatabase createDatabase() {
        var name = "test_" + DATABASES.incrementAndGet();
        var postgres = postgres();
        var password = postgres.password().reveal();
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.superuser(), password);
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make the test database " + name, e);
        }
        return new TestDatabase(name, postgres.jdbcUrl(name), postgres.superuser(), password);
    }

    /** A cluster of a test's own, on the same binaries, for what must not happen to the one that all share. */
    public static EmbeddedPostgresConfig config(Path directory) {
        return config(directory, System.getProperty(BINARIES, EMBEDDED));
    }

    /** Returns the cluster itself, for tests that ask about PostgreSQL rather than about a database. */
    public static EmbeddedPostgres postgres() {
        return Started.POSTGRES;
    }

    /** Starts on first use, once, however many tests ask at the same time. */
    private static final class Started {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                var chosen = System.getProperty(BINARIES, EMBEDDED);
                var runs = runsOn(chosen);
                sweep(runs, chosen);
                var place = runs.resolve(Long.toString(ProcessHandle.current().pid()));
                var postgres = EmbeddedPostgres.start(config(place, chosen));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(postgres, place)));
                return postgres;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void end(EmbeddedPostgres postgres, Path place) {
        postgres.close();
        delete(place);
    }

    private static EmbeddedPostgresConfig config(Path place, String chosen) {
        var config = EmbeddedPostgresConfig.of(place);
        return chosen.equals(EMBEDDED) ? config : config.withBinaries(new PostgresBinaries.Installed(Path.of(chosen)));
    }

    /** The runs of one user on one PostgreSQL lie together: each can stop what the others left. */
    private static Path runsOn(String chosen) throws IOException {
        var name = "shearline-test-postgres-" + System.getProperty("user.name") + "-"
                + Integer.toHexString(chosen.hashCode());
        var runs = Path.of(System.getProperty("java.io.tmpdir"), name);
        Files.createDirectories(runs);
        Files.setPosixFilePermissions(runs, PosixFilePermissions.fromString("rwx--x--x"));
        return runs;
    }

    /** Ends and removes the clusters of runs that were killed. */
    private static void sweep(Path runs, String chosen) throws IOException {
        try (var places = Files.newDirectoryStream(runs)) {
            for (var place : places) {
                if (ProcessHandle.of(Long.parseLong(place.getFileName().toString()))
                        .isPresent()) {
                    continue;
                }
                try {
                    // taken over, or started: in either case stopped in good order
                    EmbeddedPostgres.start(config(place, chosen)).close();
                } catch (EmbeddedPostgresException e) {
                    // killed before it had a cluster, or swept by another run right now
                }
                delete(place);
            }
        }
    }

    private static void delete(Path place) {
        try (var tree = Files.walk(place)) {
            for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            // another run sweeps the same place, or the next one will
        }
    }
}
