package dev.shearline.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.PGConnection;

/**
 * What a revocation is measured against: one row is changed, and PostgreSQL tells sessions that listen. No HTTP, no audit event, no number, and nobody
 * knows whether anybody has heard it.
 */
final class BareNotifications implements AutoCloseable {

    private static final String CHANGE = "UPDATE organization SET updated_at = now() WHERE id = ?";
    private static final String CHANNEL = "bare";
    private static final int LOOK_MS = 100;
    private static final long HEARD_MAX_S = 15;

    private final Connection writer;
    private final List<Connection> listeners = new ArrayList<>();
    private final Phaser heard;
    private volatile boolean closed;

    BareNotifications(BenchDatabase database, int count) throws SQLException {
        writer = database.connect();
        writer.setAutoCommit(false);
        heard = new Phaser(count);
        for (int i = 0; i < count; i++) {
            var connection = database.connect();
            listeners.add(connection);
            try (var statement = connection.createStatement()) {
                statement.execute("LISTEN " + CHANNEL);
            }
            Thread.ofPlatform().daemon().name("listens-" + i).start(() -> listen(connection));
        }
    }

    private void listen(Connection connection) {
        try {
            var notifications = connection.unwrap(PGConnection.class);
            while (!closed) {
                var received = notifications.getNotifications(LOOK_MS);
                if (received != null && received.length > 0) {
                    heard.arrive();
                }
            }
        } catch (SQLException e) {
            if (!closed) {
                System.err.println("a listener stops: " + e);
            }
        }
    }

    /** From sending the change until the last one has heard it, in milliseconds. */
    double millis(String organization) throws SQLException {
        int phase = heard.getPhase();
        long sent = System.nanoTime();
        try (var change = writer.prepareStatement(CHANGE);
                var tell = writer.createStatement()) {
            change.setString(1, organization);
            change.executeUpdate();
            tell.execute("NOTIFY " + CHANNEL);
            writer.commit();
            heard.awaitAdvanceInterruptibly(phase, HEARD_MAX_S, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("a listener heard nothing", e);
        }
        return (System.nanoTime() - sent) / 1e6;
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        writer.close();
        for (var listener : listeners) {
            listener.close();
        }
    }
}
