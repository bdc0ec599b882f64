package dev.shearline.server.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, generously: what a test asserts is that it comes, not how soon. */
public final class Eventually {

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_MS = 10;

    private Eventually() {}

    public static void isTrue(String what, BooleanSupplier condition) {
        isTrue(what, DEADLINE, condition);
    }

    /** Where how soon is what is promised. */
    public static void isTrue(String what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MS));
        }
    }
}
