package dev.shearline.client;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts answers that were given from memory. Each answer counts itself; those that have something to tell hang together, so that whoever
 * collects them need not look through a million others.
 */
final class UsageCounts {

    /** Who takes what was counted. */
    interface Taker {

        /** @param units the costs added up, never less than the count */
        void take(String keyId, String outcome, long count, long units);
    }

    private final AtomicReference<@Nullable Remembered> counted = new AtomicReference<>();

    void count(Remembered answer, int cost) {
        if (answer.count(cost)) {
            while (true) {
                var first = counted.get();
                answer.nextCounted = first;
                if (counted.compareAndSet(first, answer)) {
                    return;
                }
            }
        }
    }

    void takeAll(Taker taker) {
        var next = counted.getAndSet(null);
        while (next != null) {
            var answer = next;
            // before its count is taken: from then on it may be handed in again
            next = answer.nextCounted;
            answer.nextCounted = null;
            long count = answer.takeCount();
            long units = count + answer.takeExtra();
            var verdict = answer.verdict();
            verdict.key().ifPresent(key -> taker.take(key.id(), verdict.code(), count, units));
        }
    }
}
