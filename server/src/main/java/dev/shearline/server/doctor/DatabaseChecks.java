package dev.shearline.server.doctor;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.RuntimeRole;
import dev.shearline.server.db.UnfitRoleException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Whether both roles get to the database, may do what they must and nothing more, and everything that only it can tell. */
final class DatabaseChecks {

    private static final String INVALID_AUTHORIZATION = "28";
    private static final String NO_DATABASE = "3D000";
    private static final int CONNECT_TIME_MAX_S = 15;

    private final Settings settings;
    private final String release;
    private final Clock clock;
    private final List<Finding> findings = new ArrayList<>();

    DatabaseChecks(Settings settings, String release, Clock clock) {
        this.settings = settings;
        this.release = release;
        this.clock = clock;
    }

    List<Finding> look() {
        reach("application", settings.database(), RuntimeRole.APPLICATION).ifPresent(connection -> {
            try (var handle = Jdbi.open(connection)) {
                look(handle, "durability", found -> PostgresChecks.commits(found, "application"));
            }
        });
        reach("node", settings.nodeDatabase(), RuntimeRole.NODE).ifPresent(connection -> {
            try (var handle = Jdbi.open(connection)) {
                at(handle);
            }
        });
        return findings;
    }

    private void at(Handle handle) {
        var database = settings.nodeDatabase();
        look(handle, "PostgreSQL", found -> PostgresChecks.version(found, database));
        look(handle, "durability", found -> PostgresChecks.durability(found, database));
        look(handle, "synchronous standby", found -> PostgresChecks.standby(found, database));
        look(handle, "clock", found -> PostgresChecks.clock(found, clock));
        var schema = SchemaChecks.version(handle);
        findings.add(schema);
        if (schema.level() != Finding.Level.FAIL) {
            look(handle, "role privileges", found -> SchemaChecks.privileges(found, database));
            look(handle, "feed", FeedChecks::lag);
            look(handle, "numbering", FeedChecks::numbering);
            look(handle, "sealing", found -> SealChecks.look(found, database));
            look(handle, "directory", found -> DirectoryCheck.look(found, settings.directory()));
            look(handle, "nodes", found -> FeedChecks.nodes(found, release));
        }
    }

    /** A look that fails is a finding, and does not keep the others from being made. */
    private void look(Handle handle, String what, Function<Handle, List<Finding>> look) {
        try {
            findings.addAll(look.apply(handle));
        } catch (RuntimeException e) {
            findings.add(Finding.fail(
                    what,
                    "cannot be looked at: " + firstLine(e),
                    Mending.MIGRATE + "   # renews the rights of the roles"));
        }
    }

    private static String firstLine(RuntimeException e) {
        var root = (Throwable) e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    private Optional<Connection> reach(String name, DatabaseAddress address, RuntimeRole role) {
        var what = name + " database";
        try {
            long began = System.nanoTime();
            var source = address.dataSource("shearline doctor");
            // longer than a node: how slow it is, is a finding too
            source.setConnectTimeout(CONNECT_TIME_MAX_S);
            source.setLoginTimeout(CONNECT_TIME_MAX_S);
            var connection = source.getConnection();
            var took = Duration.ofNanos(System.nanoTime() - began);
            findings.add(Finding.ok(what, address + ", connected in " + took.toMillis() + " ms"));
            findings.add(fit(name + " role", address, role, connection));
            return Optional.of(connection);
        } catch (SQLException e) {
            var state = Objects.requireNonNullElse(e.getSQLState(), "");
            findings.add(Finding.fail(
                    what,
                    address + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(state),
                    mend(address, state)));
            return Optional.empty();
        }
    }

    private static String mend(DatabaseAddress address, String state) {
        if (state.startsWith(INVALID_AUTHORIZATION)) {
            return Mending.MIGRATE + " --new-passwords";
        }
        return state.equals(NO_DATABASE)
                ? Mending.onDatabaseHost(
                        address,
                        "sudo -u postgres createdb --port " + address.port() + " --owner shearline_owner "
                                + address.database())
                : Mending.onDatabaseHost(address, "systemctl start postgresql");
    }

    private static Finding fit(String what, DatabaseAddress address, RuntimeRole role, Connection connection)
            throws SQLException {
        try {
            role.require(connection);
            return Finding.ok(what, address.user() + " owns nothing and bypasses nothing");
        } catch (UnfitRoleException e) {
            return Finding.fail(what, String.valueOf(e.getMessage()), Mending.MIGRATE);
        }
    }
}
