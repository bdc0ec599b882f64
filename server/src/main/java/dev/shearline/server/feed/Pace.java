package dev.shearline.server.feed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps one thread's calls apart, by some times as long as the last one took. Numbering and polling cost the same for one commit as for a
 * hundred: so commits that come thick and fast share a call, the more of them the busier the database is, and what comes after a pause is
 * served at once.
 */
final class Pace {

    private final int times;
    private final long nanosMax;
    private long began = System.nanoTime();
    private long due = began;

    /** @param times how many times as long as the last call took, but not longer than so many milliseconds */
    Pace(int times, long millisMax) {
        this.times = times;
        this.nanosMax = TimeUnit.MILLISECONDS.toNanos(millisMax);
    }

    void callBegins() {
        began = System.nanoTime();
    }

    void callEnded() {
        long now = System.nanoTime();
        due = now + Math.min(times * (now - began), nanosMax);
    }

    /** Returns when it is time for the next call, or when the thread is interrupted. */
    void await() {
        for (long rest = due - System.nanoTime();
                rest > 0 && !Thread.currentThread().isInterrupted();
                rest = due - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
    }
}
