package dev.shearline.bench;

import java.io.IOException;
import java.time.Duration;

/** Waits for something that will be, with an end. */
final class Waiting {

    private static final Duration LOOK = Duration.ofMillis(2);

    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    private Waiting() {}

    static void until(Duration limit, Condition condition) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("nothing came of it within " + limit);
            }
            pause(LOOK);
        }
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
