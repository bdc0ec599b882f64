package dev.shearline.server.feed;

import dev.shearline.server.db.NodeDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for other nodes' commits, so that a poll comes earlier than its turn. Nothing depends on it. */
final class WakeUp implements Primary.Listening {

    static final String CHANNEL = "shearline_feed";
    static final int LISTEN_MS = 10_000;
    static final long RECONNECT_MS = 1_000;
    private static final Logger log = LoggerFactory.getLogger(WakeUp.class);

    private final NodeDatabase database;
    private final Runnable wake;
    private final Thread thread;
    private volatile boolean closed;

    WakeUp(NodeDatabase database, Runnable wake) {
        this.database = database;
        this.wake = wake;
        this.thread = Thread.ofVirtual().name("shearline-wake-up").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try (var connection = database.openConnection()) {
                listen(connection);
            } catch (SQLException e) {
                log.debug("no wake-up for now: {}", e.getMessage());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RECONNECT_MS));
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
        }
        var notifications = connection.unwrap(PGConnection.class);
        while (!closed) {
            var received = notifications.getNotifications(LISTEN_MS);
            if (received != null && received.length > 0) {
                wake.run();
            } else {
                // a query notices a dead server, which silence does not
                try (var statement = connection.createStatement()) {
                    statement.execute("SELECT 1");
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
