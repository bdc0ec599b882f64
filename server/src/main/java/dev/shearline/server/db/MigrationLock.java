package dev.shearline.server.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One migration of a database at a time: what Flyway does not lock by itself, the making of schema and roles, is locked by this. */
public final class MigrationLock implements AutoCloseable {

    /** The first eight letters of the name. */
    private static final long KEY = 0x7368_6561_726c_696eL;

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Connection connection;

    private MigrationLock(Connection connection) {
        this.connection = connection;
    }

    /** @param waiting called when another migration is under way, before waiting for its end as long as it takes */
    public static MigrationLock take(DatabaseAddress owner, Runnable waiting) throws SQLException {
        var connection = owner.unboundedDataSource("shearline migrate").getConnection();
        try {
            if (!call(connection, "SELECT pg_try_advisory_lock(?)")) {
                waiting.run();
                // asked for again and again: a statement that waits is a transaction that is open, for which the
                // migration under
                // way waits in turn when it makes an index
                while (!call(connection, "SELECT pg_try_advisory_lock(?)")) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
            return new MigrationLock(connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static boolean call(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, KEY);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** The owner's connection that holds it. */
    public Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
