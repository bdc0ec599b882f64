package dev.shearline.server.idempotency;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes answers whose ten minutes are over, a bounded number at a time. Every node does it; a row goes once. */
public final class AnswerCleaning implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMinutes(1);
    static final int BATCH_MAX = 500;
    static final int BATCHES_MAX = 20;

    private static final Logger log = LoggerFactory.getLogger(AnswerCleaning.class);

    private final NodeDatabase database;
    private final InstantSource clock;
    private final AnswerStore store = new AnswerStore();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread cleaner;

    public AnswerCleaning(NodeDatabase database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.cleaner = Thread.ofPlatform().name("answer-cleaning").daemon().unstarted(this::run);
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
                    log.warn("cannot remove expired answers yet: {}", e.getMessage());
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
            int some = database.call(handle -> store.clean(handle, clock.instant(), BATCH_MAX));
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
