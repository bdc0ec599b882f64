package dev.shearline.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Waits between tries: longer each time, and never as long as the neighbour. */
final class Pause {

    private static final int DOUBLINGS_MAX = 16;

    private Pause() {}

    /** At most this long; less where the thread is interrupted. */
    static void of(Duration wait) {
        LockSupport.parkNanos(wait.toNanos());
    }

    /** Between half of it and all of what the try before it doubled, at most {@code max}. */
    static Duration backOff(Duration first, int tries, Duration max) {
        long doubled = first.toNanos() << Math.min(tries, DOUBLINGS_MAX);
        long most = Math.min(doubled, max.toNanos());
        return Duration.ofNanos(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }
}
