package dev.shearline.server.feed;

import java.util.concurrent.TimeUnit;

/**
 * Keeps one thread's calls apart, by some times as long as the last one took. Numbering and polling cost the same for one commit as for a
 * hundred: so commits that come thick and fast share a call, the more of them the busier the database is, and what comes after a pause is
 * served at once.
 */
final class Pace {

    private final Threads threads;
    private final int times;
    private final long nanosMax;
    private long began;
    private long due;

    /** @param times how many times as long as the last call took, but not longer than so many milliseconds */
    Pace(Threads threads, int times, long millisMax) {
        this.threads = threads;
        this.times = times;
        this.nanosMax = TimeUnit.MILLISECONDS.toNanos(millisMax);
        this.began = threads.nanos();
        this.due = began;
    }

    void callBegins() {
        began = threads.nanos();
    }

    void callEnded() {
        long now = threads.nanos();
        due = now + Math.min(times * (now - began), nanosMax);
    }

    /** Returns when it is time for the next call. */
    void await() throws InterruptedException {
        for (long rest = due - threads.nanos(); rest > 0; rest = due - threads.nanos()) {
            threads.pause(rest);
        }
    }
}
