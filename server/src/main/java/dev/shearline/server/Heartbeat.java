package dev.shearline.server;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something small, again and again, on a thread of its own. */
final class Heartbeat implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private final Runnable beat;
    private final Duration every;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("shearline-heartbeat").daemon().factory());

    Heartbeat(Runnable beat, Duration every) {
        this.beat = beat;
        this.every = every;
    }

    void start() {
        var _ = thread.scheduleAtFixedRate(this::beatSafely, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A scheduled task that throws is never run again. */
    private void beatSafely() {
        try {
            beat.run();
        } catch (RuntimeException e) {
            log.warn("a heartbeat failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
