package dev.shearline.server.feed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps one thread's calls apart, twice as long as the last one took. Numbering and polling cost the same for one commit as for a hundred:
 * so commits that come thick and fast share a call, the more of them the busier the database is, and what comes after a pause is served at
 * once.
 */
final class Pace {

    static final long APART_MAX_MS = 20;
    private static final int PARTS = 2;

    private long began = System.nanoTime();
    private long due = began;

    void callBegins() {
        began = System.nanoTime();
    }

    void callEnded() {
        long now = System.nanoTime();
        due = now + Math.min(PARTS * (now - began), TimeUnit.MILLISECONDS.toNanos(APART_MAX_MS));
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
