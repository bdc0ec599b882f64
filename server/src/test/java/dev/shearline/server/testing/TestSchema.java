package dev.shearline.server.testing;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.server.db.embedded.EmbeddedPostgres;
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
        return create(Template.DATABASE.database());
    }

    /** Without any migration. */
    public static TestSchema createEmpty() {
        return create("template1");
    }

    private static TestSchema create(String from) {
        var database = "shearline_" + COUNT.incrementAndGet();
        var template = Template.DATABASE;
        try (var connection = superuser()) {
            execute(connection, "CREATE DATABASE " + database + " OWNER shearline_owner TEMPLATE " + from);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot copy the template", e);
        }
        var owner = template.to(database);
        return new TestSchema(owner, owner.as(Migrations.APP_ROLE, PASSWORD), owner.as(Migrations.NODE_ROLE, PASSWORD));
    }

    /** The only database of a cluster of the test's own. */
    public static TestSchema createOn(EmbeddedPostgres postgres) {
        var owner = make(postgres, "shearline");
        return new TestSchema(owner, owner.as(Migrations.APP_ROLE, PASSWORD), owner.as(Migrations.NODE_ROLE, PASSWORD));
    }

    /** The same, for nodes that reach it through a wire; what a test asks as the owner goes there too. */
    public TestSchema through(Wire wire) {
        return new TestSchema(at(owner, wire), at(app, wire), at(node, wire));
    }

    private static DatabaseAddress at(DatabaseAddress address, Wire wire) {
        return new DatabaseAddress(address.host(), wire.port(), address.database(), address.user(), address.password());
    }

    private static DatabaseAddress make(EmbeddedPostgres postgres, String database) {
        var address = new DatabaseAddress(postgres.host(), postgres.port(), database, Migrations.OWNER_ROLE, PASSWORD);
        try (var connection = superuser(postgres)) {
            Migrations.makeRole(connection, Migrations.OWNER_ROLE, PASSWORD);
            Migrations.makeRole(connection, Migrations.APP_ROLE, PASSWORD);
            Migrations.makeRole(connection, Migrations.NODE_ROLE, PASSWORD);
            Migrations.makeDatabase(connection, address.database(), Migrations.OWNER_ROLE);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make " + database, e);
        }
        Migrations.migrate(address);
        return address;
    }

    /** A connection of the superuser, for killing sessions and the like. */
    public static Connection superuser() throws SQLException {
        return superuser(TestPostgres.postgres());
    }

    private static Connection superuser(EmbeddedPostgres postgres) throws SQLException {
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

    /** Ends every session of this database but the one that does it. */
    public void endOtherSessions() {
        try (var connection = superuserHere();
                var statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection superuserHere() throws SQLException {
        var postgres = TestPostgres.postgres();
        return DriverManager.getConnection(
                postgres.jdbcUrl(owner.database()),
                postgres.superuser(),
                postgres.password().reveal());
    }

    /** The feed as the migrations leave it, and no node. */
    public void beginHistory() {
        execute("DELETE FROM node");
        execute("DELETE FROM feed_entry");
        execute("UPDATE epoch_counter SET epoch = 1");
        execute("INSERT INTO feed_entry (id, epoch, tag, kind) VALUES (gen_random_uuid(), 1, random_tag(), 'genesis')");
    }

    /** Waits until a statement waits for a lock that somebody else holds. */
    public void awaitBlocked() {
        Eventually.isTrue(
                "somebody waits for a lock",
                () -> query("SELECT count(*) > 0 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
                                + " WHERE NOT l.granted AND a.datname = current_database()")
                        .equals("t"));
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

        private static final DatabaseAddress DATABASE = make(TestPostgres.postgres(), "shearline_template");
    }
}
