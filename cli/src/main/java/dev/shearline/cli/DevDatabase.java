package dev.shearline.cli;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.server.db.SchemaTooNewException;
import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import dev.shearline.server.db.embedded.EmbeddedPostgresException;
import dev.shearline.token.Secret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Base64;
import java.util.function.Consumer;

/** The PostgreSQL of {@code shearline dev}: started, with roles, database and schema. */
final class DevDatabase implements AutoCloseable {
    private static final String DATABASE = "shearline";
    private static final int PASSWORD_BYTES = 24;

    private final EmbeddedPostgres postgres;
    private final SecureRandom random;
    // new at every start, and nowhere written down: nobody but this process has a use for them
    private final Secret ownerPassword;
    private final Secret appPassword;
    private final Secret nodePassword;

    private DevDatabase(EmbeddedPostgres postgres, SecureRandom random) {
        this.postgres = postgres;
        this.random = random;
        this.ownerPassword = password();
        this.appPassword = password();
        this.nodePassword = password();
    }

    static DevDatabase start(Path directory, SecureRandom random, Consumer<String> progress) {
        EmbeddedPostgres postgres;
        try {
            postgres =
                    EmbeddedPostgres.start(EmbeddedPostgresConfig.of(directory).withProgress(progress));
        } catch (EmbeddedPostgresException e) {
            throw CommandFailure.because(ExitCode.FAILURE, e);
        }
        var database = new DevDatabase(postgres, random);
        try {
            database.prepare(progress);
            return database;
        } catch (SQLException e) {
            database.close();
            throw new CommandFailure(ExitCode.FAILURE, "The database cannot be prepared: " + e.getMessage(), e);
        } catch (SchemaTooNewException e) {
            database.close();
            throw CommandFailure.because(ExitCode.FAILURE, e);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void prepare(Consumer<String> progress) throws SQLException {
        try (var connection = DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.superuser(), postgres.password().reveal())) {
            Migrations.makeRole(connection, Migrations.OWNER_ROLE, ownerPassword);
            Migrations.makeRole(connection, Migrations.APP_ROLE, appPassword);
            Migrations.makeRole(connection, Migrations.NODE_ROLE, nodePassword);
            Migrations.makeDatabase(connection, DATABASE, Migrations.OWNER_ROLE);
        }
        int applied = Migrations.migrate(
                new DatabaseAddress(postgres.host(), postgres.port(), DATABASE, Migrations.OWNER_ROLE, ownerPassword));
        if (applied > 0) {
            progress.accept("brought the schema up to date (" + applied + " migrations)");
        }
    }

    private Secret password() {
        var bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** With the password in it: for the configuration of this process, and for nothing that is shown. */
    String appUrl() {
        return url(Migrations.APP_ROLE, appPassword);
    }

    String nodeUrl() {
        return url(Migrations.NODE_ROLE, nodePassword);
    }

    private String url(String role, Secret password) {
        return "postgres://" + role + ":" + password.reveal() + "@" + postgres.host() + ":" + postgres.port() + "/"
                + DATABASE;
    }

    EmbeddedPostgres postgres() {
        return postgres;
    }

    @Override
    public void close() {
        postgres.close();
    }
}
