package dev.shearline.client.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something that must come about. */
final class Eventually {

    private static final Duration MOST = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();

    private Eventually() {}

    static void isTrue(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not so in time: " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
