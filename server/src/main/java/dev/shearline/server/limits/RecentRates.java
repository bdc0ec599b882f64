package dev.shearline.server.limits;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rate limits that were used on this node lately and are not whole. Their state is asked for although they are not used, one after the other, so that this
 * node knows what others have granted before it grants the same.
 */
final class RecentRates {

    static final Duration KEPT = Duration.ofMinutes(10);
    static final int KEPT_MAX = 10_000;

    private final Map<RateAllowance, Long> usedAt = new LinkedHashMap<>();

    void used(RateAllowance allowance, long nanos) {
        // behind all others: its state was just told
        usedAt.remove(allowance);
        usedAt.put(allowance, nanos);
        if (usedAt.size() > KEPT_MAX) {
            usedAt.remove(usedAt.keySet().iterator().next());
        }
    }

    /** Asks for those of which nothing was heard for longest. */
    void ask(int max, long nanos) {
        for (var entry : usedAt.entrySet().stream().limit(max).toList()) {
            var allowance = entry.getKey();
            usedAt.remove(allowance);
            if (nanos - entry.getValue() < KEPT.toNanos() && !allowance.isWhole()) {
                usedAt.put(allowance, entry.getValue());
                allowance.ask();
            }
        }
    }
}
