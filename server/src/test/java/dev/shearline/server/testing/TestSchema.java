package dev.shearline.server.testing;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.token.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fresh databases with the current schema and the three roles. Migrated once a JVM, into a database that the others are copied from.
 *
 * @param owner as whom a test looks at everything and breaks things
 */
public record TestSchema(DatabaseAddress owner, DatabaseAddress app, DatabaseAddress node) {

    private static final Secret PASSWORD = Secret.of("test-only");
    private static final AtomicInteger COUNT = new AtomicInteger();

    public static TestSchema create() {
        var database = "shearline_" + COUNT.incrementAndGet();
        var template = Template.DATABASE;
        try (var connection = superuser()) {
            execute(
                    connection,
                    "CREATE DATABASE " + database + " OWNER shearline_owner TEMPLATE " + template.database());
        } catch (SQLException e) {
            throw new IllegalStateException("cannot copy the template", e);
        }
        var owner = template.to(database);
        return new TestSchema(owner, owner.as(Migrations.APP_ROLE, PASSWORD), owner.as(Migrations.NODE_ROLE, PASSWORD));
    }

    /** A connection of the superuser, for killing sessions and the like. */
    public static Connection superuser() throws SQLException {
        var postgres = TestPostgres.postgres();
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.superuser(), postgres.password().reveal());
    }

    /** A connection of the owner to this database. */
    public Connection connect() throws SQLException {
        return owner.dataSource("test").getConnection();
    }

    /** One statement, as the owner: past row-level security. */
    public void execute(String sql, Object... values) {
        try (var connection = connect();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The one value of a query, as text. */
    public String query(String sql, Object... values) {
        try (var connection = connect();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (var rows = statement.executeQuery()) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "no row";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Made on first use, once. */
    private static final class Template {

        private static final DatabaseAddress DATABASE = make();

        private static DatabaseAddress make() {
            var postgres = TestPostgres.postgres();
            var address = new DatabaseAddress(
                    postgres.host(), postgres.port(), "shearline_template", Migrations.OWNER_ROLE, PASSWORD);
            try (var connection = superuser()) {
                Migrations.makeRole(connection, Migrations.OWNER_ROLE, PASSWORD);
                Migrations.makeRole(connection, Migrations.APP_ROLE, PASSWORD);
                Migrations.makeRole(connection, Migrations.NODE_ROLE, PASSWORD);
                Migrations.makeDatabase(connection, address.database(), Migrations.OWNER_ROLE);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot make the template", e);
            }
            Migrations.migrate(address);
            return address;
        }
    }
}
