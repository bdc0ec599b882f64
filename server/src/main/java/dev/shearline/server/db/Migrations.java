package dev.shearline.server.db;

import dev.shearline.token.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Makes the runtime roles and brings the schema up to date, as the owner of the schema. */
public final class Migrations {

    public static final String APP_ROLE = "shearline_app";
    public static final String NODE_ROLE = "shearline_node";
    public static final String OWNER_ROLE = "shearline_owner";

    /** The newest migration that this release knows; the one after the next must not take away what this release needs. */
    public static final int SCHEMA_VERSION = 21;

    private static final String LOCATION = "classpath:dev/shearline/server/db/migrations";

    private Migrations() {}

    /**
     * Creates a login role without any power of its own; false when there is one already, which keeps its password. Roles belong to the
     * whole cluster: a migration of another database may make it at the same time. Within the connection's transaction, which goes on
     * either way.
     */
    public static boolean makeNewRole(Connection connection, String role, Secret password) throws SQLException {
        if (exists(connection, role)) {
            return false;
        }
        var before = connection.setSavepoint();
        try {
            makeRole(connection, role, password);
            return true;
        } catch (SQLException e) {
            connection.rollback(before);
            if (exists(connection, role)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean exists(Connection connection, String role) throws SQLException {
        try (var exists = connection.prepareStatement("SELECT 1 FROM pg_roles WHERE rolname = ?")) {
            exists.setString(1, role);
            return exists.executeQuery().next();
        }
    }

    /** Creates a login role without any power of its own, or gives the existing one this password. */
    public static void makeRole(Connection connection, String role, Secret password) throws SQLException {
        var verb = exists(connection, role) ? "ALTER" : "CREATE";
        execute(
                connection,
                "SELECT format('" + verb
                        + " ROLE %I LOGIN PASSWORD %L NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', ?, ?)",
                role,
                password.reveal());
    }

    /** All that an owner who is no superuser may change of a role that it has made. */
    public static void setPassword(Connection connection, String role, Secret password) throws SQLException {
        execute(connection, "SELECT format('ALTER ROLE %I PASSWORD %L', ?, ?)", role, password.reveal());
    }

    /** Lets the runtime roles in, also where the database has been closed to everybody. */
    public static void grantConnect(Connection connection, String database) throws SQLException {
        execute(
                connection,
                "SELECT format('GRANT CONNECT ON DATABASE %I TO " + APP_ROLE + ", " + NODE_ROLE + "', ?)",
                database);
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

    /** Throws when the schema is of a later release than this one; changes nothing. */
    public static void requireKnownSchema(DatabaseAddress owner) throws SchemaTooNewException {
        requireKnownSchema(flyway(owner).load());
    }

    private static void requireKnownSchema(Flyway flyway) {
        Optional.ofNullable(flyway.info().current())
                .map(migration -> Integer.parseInt(migration.getVersion().getVersion()))
                .filter(version -> version > SCHEMA_VERSION)
                .ifPresent(version -> {
                    throw new SchemaTooNewException(version);
                });
    }

    /** Applies what is missing; returns how many migrations that were. One that was cut off is repeated. */
    public static int migrate(DatabaseAddress owner) throws SchemaTooNewException {
        var flyway = flyway(owner).load();
        requireKnownSchema(flyway);
        if (Arrays.stream(flyway.info().all())
                .anyMatch(migration -> migration.getState().isFailed())) {
            forgetFailed(owner);
        }
        return flyway.migrate().migrationsExecuted;
    }

    /** What runs in a transaction leaves nothing when it fails, not even its name; what does not is written so that it can be repeated. */
    private static void forgetFailed(DatabaseAddress owner) {
        try (var connection = owner.dataSource("shearline migrate").getConnection();
                var statement = connection.createStatement()) {
            statement.execute("DELETE FROM flyway_schema_history WHERE NOT success");
        } catch (SQLException e) {
            throw new IllegalStateException("a migration that was cut off cannot be repeated", e);
        }
    }

    static FluentConfiguration flyway(DatabaseAddress owner) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(owner.unboundedDataSource("shearline migrate"))
                .locations(LOCATION)
                .schemas(DatabaseAddress.SCHEMA)
                .defaultSchema(DatabaseAddress.SCHEMA)
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                // an index that is made beside running nodes waits for every transaction that is open, and so would for
                // the lock's own
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .cleanDisabled(true);
    }
}
