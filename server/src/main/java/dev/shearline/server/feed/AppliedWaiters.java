package dev.shearline.server.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** Those who wait until the node has applied an epoch. */
final class AppliedWaiters {

    static final int WAITERS_MAX = 10_000;

    private record Waiter(long epoch, CompletableFuture<Boolean> reached) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(epoch, other.epoch);
        }
    }

    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
    private long applied;

    /** True once the epoch is applied; the caller bounds its own wait by completing the future itself. */
    CompletableFuture<Boolean> await(long epoch) {
        var waiter = new Waiter(epoch, new CompletableFuture<>());
        synchronized (waiters) {
            if (waiters.size() >= WAITERS_MAX) {
                waiters.removeIf(other -> other.reached.isDone());
            }
            if (epoch <= applied) {
                waiter.reached.complete(true);
            } else if (waiters.size() >= WAITERS_MAX) {
                waiter.reached.complete(false);
            } else {
                waiters.add(waiter);
            }
        }
        return waiter.reached;
    }

    void advance(long epoch) {
        List<Waiter> served = new ArrayList<>();
        synchronized (waiters) {
            applied = epoch;
            for (var first = waiters.peek(); first != null && first.epoch <= epoch; first = waiters.peek()) {
                served.add(waiters.remove());
            }
        }
        served.forEach(waiter -> waiter.reached.complete(true));
    }
}
