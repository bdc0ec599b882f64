package dev.shearline.server.testing;

import java.sql.Connection;
import java.sql.SQLException;

/** A client that has stopped inside a transaction and holds what its statement has locked. */
public final class Holding implements AutoCloseable {

    private final Connection connection;

    private Holding(Connection connection) {
        this.connection = connection;
    }

    /** As the owner, and for as long as the test wants. */
    public static Holding after(TestSchema schema, String sql) {
        try {
            var connection = schema.connect();
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("SET idle_in_transaction_session_timeout = 0");
                statement.execute(sql);
            }
            return new Holding(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Rolls back. */
    @Override
    public void close() {
        try (connection) {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
