package dev.shearline.bench;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** A PostgreSQL of the benchmark's own, as {@code shearline dev} starts it, fsync and all, with the three roles and the schema. */
final class BenchDatabase implements AutoCloseable {

    private static final String DATABASE = "shearline";
    /** Where cutime and cstime stand in {@code /proc/PID/stat}, after the name. */
    private static final int ENDED_USER = 13;

    private static final int ENDED_SYSTEM = 14;
    private static final int MILLIS_A_TICK = 10;
    /** {@code -Dbench.postgres=name=value,…}: to look at something, for instance {@code log_min_duration_statement=0}. */
    private static final List<String> SETTINGS = Arrays.stream(
                    System.getProperty("bench.postgres", "").split(",", -1))
            .filter(setting -> !setting.isEmpty())
            .toList();

    private final EmbeddedPostgres postgres;
    private final DatabaseAddress owner;
    private final DatabaseAddress app;
    private final DatabaseAddress node;

    private BenchDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
        owner = new DatabaseAddress(postgres.host(), postgres.port(), DATABASE, Migrations.OWNER_ROLE, password());
        app = owner.as(Migrations.APP_ROLE, password());
        node = owner.as(Migrations.NODE_ROLE, password());
    }

    static BenchDatabase start(Path directory) {
        var database =
                new BenchDatabase(EmbeddedPostgres.start(EmbeddedPostgresConfig.of(directory.resolve("postgres"))));
        try (var connection = database.superuser()) {
            Migrations.makeRole(connection, Migrations.OWNER_ROLE, database.owner.password());
            Migrations.makeRole(connection, Migrations.APP_ROLE, database.app.password());
            Migrations.makeRole(connection, Migrations.NODE_ROLE, database.node.password());
            Migrations.makeDatabase(connection, DATABASE, Migrations.OWNER_ROLE);
            Migrations.migrate(database.owner);
            SETTINGS.forEach(setting -> database.set(setting.split("=", 2)[0], setting.split("=", 2)[1]));
            return database;
        } catch (SQLException | RuntimeException e) {
            database.close();
            throw new IllegalStateException("cannot prepare the database", e);
        }
    }

    private static Secret password() {
        return Secret.of(UUID.randomUUID().toString());
    }

    private Connection superuser() throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.superuser(), postgres.password().reveal());
    }

    /** As the owner of the schema: for rows in bulk, and for peers. Without the service's bounds on statements. */
    Connection connect() throws SQLException {
        var source = owner.dataSource("bench");
        source.setOptions("");
        source.setSocketTimeout(0);
        return source.getConnection();
    }

    DatabaseAddress node() {
        return node;
    }

    String appUrl() {
        return url(app);
    }

    String nodeUrl() {
        return url(node);
    }

    private static String url(DatabaseAddress address) {
        return "postgres://" + address.user() + ":" + address.password().reveal() + "@" + address.host() + ":"
                + address.port() + "/" + address.database();
    }

    /** Another database on this PostgreSQL, for a peer. */
    String makeDatabaseForPeer(String name) throws SQLException {
        try (var connection = superuser()) {
            Migrations.makeDatabase(connection, name, Migrations.OWNER_ROLE);
        }
        return "postgres://" + owner.user() + ":" + owner.password().reveal() + "@" + owner.host() + ":" + owner.port()
                + "/" + name;
    }

    /** A setting of the whole database, for every connection made from now on. */
    void set(String name, String value) {
        asSuperuser("ALTER DATABASE " + DATABASE + " SET " + name + " = '" + value + "'");
    }

    void reset(String name) {
        asSuperuser("ALTER DATABASE " + DATABASE + " RESET " + name);
    }

    void checkpoint() {
        asSuperuser("CHECKPOINT");
    }

    private void asSuperuser(String sql) {
        try (var connection = superuser();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** User and system time of all of PostgreSQL's processes since their start, also of those that have ended. */
    Duration cpu() {
        return ProcessHandle.of(postgres.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(ended(postgres.pid()), Duration::plus);
    }

    /** What the kernel has added up of children that a process has waited for; nothing where there is no {@code /proc}. */
    private static Duration ended(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Duration.ofMillis(
                    (Long.parseLong(fields[ENDED_USER]) + Long.parseLong(fields[ENDED_SYSTEM])) * MILLIS_A_TICK);
        } catch (IOException e) {
            return Duration.ZERO;
        }
    }

    String version() {
        return postgres.version();
    }

    @Override
    public void close() {
        postgres.close();
    }
}
