package dev.shearline.server.feed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Wakes the one thread that waits for it. Given while nobody waits, it ends the next wait at once. */
final class Signal {

    private final Threads threads;
    private volatile CompletableFuture<Void> given = new CompletableFuture<>();

    Signal(Threads threads) {
        this.threads = threads;
    }

    void give() {
        given.complete(null);
    }

    /** Forgets what was given until now. Called by the thread that waits. */
    void clear() {
        if (given.isDone()) {
            given = new CompletableFuture<>();
        }
    }

    /** Until it is given, at most so long; it is cleared then. */
    void await(long nanos) throws InterruptedException {
        try {
            threads.get(given, nanos);
            clear();
        } catch (TimeoutException | ExecutionException e) {
            // not given
        }
    }
}
