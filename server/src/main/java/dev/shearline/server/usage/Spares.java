package dev.shearline.server.usage;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that has the next sheet ready before it is needed. It waits for the disk, and for nothing else. */
final class Spares implements AutoCloseable {

    /** Where the disk had no room, it may have some now. */
    static final Duration INTERVAL = Duration.ofSeconds(3);

    private static final Duration STOP_WAIT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Spares.class);

    private final Tally tally;
    private final Thread thread =
            Thread.ofPlatform().name("usage spares").daemon().unstarted(this::run);
    private volatile boolean closing;

    Spares(Tally tally) {
        this.tally = tally;
    }

    void start() {
        tally.prepare();
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                prepare();
                tally.awaitTurn(INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void prepare() {
        try {
            tally.prepare();
        } catch (RuntimeException | Error e) {
            log.warn("a usage file cannot be made ready, and is tried again", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        tally.wake();
        try {
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
