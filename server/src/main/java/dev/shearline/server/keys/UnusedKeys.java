package dev.shearline.server.keys;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for keys that nobody uses, again and again. Every node does it; an organization is in one's hands at a time. */
public final class UnusedKeys implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMinutes(15);

    private static final Logger log = LoggerFactory.getLogger(UnusedKeys.class);

    private final Runnable look;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread looker;

    /** @param look what is done each time; what fails is tried again the next time */
    public UnusedKeys(Runnable look) {
        this.look = look;
        this.looker = Thread.ofPlatform().name("unused-keys").daemon().unstarted(this::run);
    }

    public void start() {
        looker.start();
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look.run();
                } catch (RuntimeException e) {
                    log.warn("cannot look for unused keys now: {}", e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
