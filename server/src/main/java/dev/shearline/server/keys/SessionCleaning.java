package dev.shearline.server.keys;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes sessions that have expired, a bounded number at a time. Every node does it; a row goes once. */
public final class SessionCleaning implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMinutes(1);
    static final int BATCH_MAX = 500;
    static final int BATCHES_MAX = 20;

    /** By the database's own clock, as row-level security has it. */
    private static final String CLEAN = """
        DELETE FROM access_session
         WHERE digest IN (SELECT digest FROM access_session WHERE expires_at < now() ORDER BY expires_at LIMIT :max)
        """;

    private static final Logger log = LoggerFactory.getLogger(SessionCleaning.class);

    private final NodeDatabase database;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread cleaner;

    public SessionCleaning(NodeDatabase database) {
        this.database = database;
        this.cleaner = Thread.ofPlatform().name("session-cleaning").daemon().unstarted(this::run);
    }

    public void start() {
        cleaner.start();
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    clean();
                } catch (RuntimeException e) {
                    log.warn("cannot remove expired sessions yet: {}", e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many it has removed. What is left waits for the next time. */
    int clean() {
        int removed = 0;
        for (int batch = 0; batch < BATCHES_MAX; batch++) {
            int some = database.call(
                    handle -> handle.createUpdate(CLEAN).bind("max", BATCH_MAX).execute());
            removed += some;
            if (some < BATCH_MAX) {
                break;
            }
        }
        return removed;
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
