package dev.shearline.server.db;

import dev.shearline.token.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Makes the runtime roles and brings the schema up to date, as the owner of the schema. */
public final class Migrations {

    public static final String APP_ROLE = "shearline_app";
    public static final String NODE_ROLE = "shearline_node";
    public static final String OWNER_ROLE = "shearline_owner";

    /** The newest migration that this release knows; the one after the next must not take away what this release needs. */
    public static final int SCHEMA_VERSION = 7;

    private static final String LOCATION = "classpath:dev/shearline/server/db/migrations";

    private Migrations() {}

    /** Creates a login role without any power of its own, or gives the existing one this password. */
    public static void makeRole(Connection connection, String role, Secret password) throws SQLException {
        try (var exists = connection.prepareStatement("SELECT 1 FROM pg_roles WHERE rolname = ?")) {
            exists.setString(1, role);
            var verb = exists.executeQuery().next() ? "ALTER" : "CREATE";
            execute(
                    connection,
                    "SELECT format('" + verb
                            + " ROLE %I LOGIN PASSWORD %L NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', ?, ?)",
                    role,
                    password.reveal());
        }
    }

    /** Statements that take no parameters are put together by the server's own quoting. */
    private static void execute(Connection connection, String formatted, String... values) throws SQLException {
        try (var format = connection.prepareStatement(formatted)) {
            for (int i = 0; i < values.length; i++) {
                format.setString(i + 1, values[i]);
            }
            try (var result = format.executeQuery();
                    var statement = connection.createStatement()) {
                result.next();
                statement.execute(result.getString(1));
            }
        }
    }

    /** Creates the database that the owner will own, unless it is there. */
    public static void makeDatabase(Connection connection, String database, String owner) throws SQLException {
        try (var exists = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            exists.setString(1, database);
            if (!exists.executeQuery().next()) {
                execute(connection, "SELECT format('CREATE DATABASE %I OWNER %I', ?, ?)", database, owner);
            }
        }
    }

    /** Applies what is missing; returns how many migrations that were. */
    public static int migrate(DatabaseAddress owner) {
        return flyway(owner).load().migrate().migrationsExecuted;
    }

    private static FluentConfiguration flyway(DatabaseAddress owner) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(owner.unboundedDataSource("shearline migrate"))
                .locations(LOCATION)
                .schemas(DatabaseAddress.SCHEMA)
                .defaultSchema(DatabaseAddress.SCHEMA)
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .cleanDisabled(true);
    }
}
