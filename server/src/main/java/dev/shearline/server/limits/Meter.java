package dev.shearline.server.limits;

import io.github.bucket4j.TimeMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What is left of all limits of one thing. */
final class Meter {

    private final LimitSet set;
    private final List<Allowance> allowances;
    private final String policies;

    private Meter(LimitSet set, List<Allowance> allowances) {
        this.set = set;
        this.allowances = List.copyOf(allowances);
        this.policies = allowances.stream().map(Allowance::policy).collect(Collectors.joining(", "));
    }

    /**
     * Of which nothing is consumed but what was under the limits before.
     *
     * @param remembered what was used of its quota before this node knew it
     */
    static Meter of(
            Limited limited,
            MeterId id,
            Optional<Meter> before,
            QuotaAllowance.Used remembered,
            TimeMeter time,
            Sharing sharing,
            Consumer<QuotaAllowance> ledger) {
        var level = limited.level().wire();
        var allowances = new ArrayList<Allowance>();
        for (var limit : limited.set().rateLimits()) {
            allowances.add(new RateAllowance(
                    level, id, limit, before.map(held -> held.consumed(limit)).orElse(0L), time, sharing));
        }
        limited.set().quota().ifPresent(quota -> {
            var used = before.flatMap(held -> held.used(quota)).orElse(remembered);
            allowances.add(new QuotaAllowance(level, id, quota, used, ledger));
        });
        return new Meter(limited.set(), allowances);
    }

    private long consumed(RateLimit limit) {
        for (var allowance : allowances) {
            if (allowance instanceof RateAllowance rate && rate.limit().per() == limit.per()) {
                return rate.consumed();
            }
        }
        return 0;
    }

    /** A quota of another refill begins anew. */
    private Optional<QuotaAllowance.Used> used(Quota quota) {
        for (var allowance : allowances) {
            if (allowance instanceof QuotaAllowance held && held.quota().refill() == quota.refill()) {
                return Optional.of(held.used());
            }
        }
        return Optional.empty();
    }

    LimitSet set() {
        return set;
    }

    String policies() {
        return policies;
    }

    /** Takes the cost from all of them or from none. */
    Reading take(long cost, long now) {
        var tightest = allowances.getFirst().take(cost, now);
        for (int i = 1; i < allowances.size() && tightest.granted(); i++) {
            tightest = tightest.tighter(allowances.get(i).take(cost, now));
            if (!tightest.granted()) {
                giveBack(i, cost, now);
            }
        }
        return tightest;
    }

    Reading look(long cost, long now) {
        var tightest = allowances.getFirst().look(cost, now);
        for (int i = 1; i < allowances.size(); i++) {
            tightest = tightest.tighter(allowances.get(i).look(cost, now));
        }
        return tightest;
    }

    void giveBack(long cost, long now) {
        giveBack(allowances.size(), cost, now);
    }

    private void giveBack(int first, long cost, long now) {
        for (int i = 0; i < first; i++) {
            allowances.get(i).giveBack(cost, now);
        }
    }

    boolean isWhole(long now) {
        return allowances.stream().allMatch(allowance -> allowance.isWhole(now));
    }
}
