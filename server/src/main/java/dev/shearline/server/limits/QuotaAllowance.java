package dev.shearline.server.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** What is left of a quota: a count in the period that runs. */
final class QuotaAllowance implements Allowance {

    private static final long DAYS_OF_A_MONTH = 30;

    /** What was used in a period. */
    record Used(Quota.Window in, long amount) {

        static final Used NOTHING = new Used(new Quota.Window(0, 0), 0);
    }

    private final String name;
    private final Quota quota;
    private final AtomicReference<Used> used;

    /** @param used in the same period, under the quota before this one */
    QuotaAllowance(String level, Quota quota, Used used) {
        this.name = level + "-quota";
        this.quota = quota;
        this.used = new AtomicReference<>(used);
    }

    /** As a quota of this refill counts it on. */
    Used usedFor(Quota.Refill refill, long now) {
        return new Used(refill.windowAt(now), at(now).amount());
    }

    /** A clock that goes back into the period before does not refill. */
    private Used at(long now) {
        var known = used.get();
        return now < known.in().end() ? known : new Used(quota.refill().windowAt(now), 0);
    }

    @Override
    public Reading take(long cost, long now) {
        while (true) {
            var known = used.get();
            var before =
                    now < known.in().end() ? known : new Used(quota.refill().windowAt(now), 0);
            if (before.amount() + cost > quota.amount()) {
                return reading(before, false, cost, now);
            }
            var after = new Used(before.in(), before.amount() + cost);
            if (used.compareAndSet(known, after)) {
                return reading(after, true, cost, now);
            }
        }
    }

    @Override
    public Reading look(long cost, long now) {
        var before = at(now);
        return reading(before, before.amount() + cost <= quota.amount(), cost, now);
    }

    private Reading reading(Used counted, boolean granted, long cost, long now) {
        long reset = quota.refill() == Quota.Refill.NONE
                ? Reading.NEVER
                : counted.in().end() - now;
        long retry = cost > quota.amount() ? Reading.NEVER : reset;
        return new Reading(
                name,
                true,
                quota.amount(),
                granted,
                Math.max(0, quota.amount() - counted.amount()),
                reset,
                granted ? 0 : retry);
    }

    @Override
    public void giveBack(long cost, long now) {
        used.updateAndGet(known ->
                known.in().holds(now) ? new Used(known.in(), Math.max(0, known.amount() - cost)) : known);
    }

    @Override
    public boolean isWhole(long now) {
        return at(now).amount() == 0;
    }

    @Override
    public String policy() {
        var policy = "\"" + name + "\";q=" + quota.amount();
        return switch (quota.refill()) {
            case DAY -> policy + ";w=" + TimeUnit.DAYS.toSeconds(1);
            case MONTH -> policy + ";w=" + TimeUnit.DAYS.toSeconds(DAYS_OF_A_MONTH);
            case NONE -> policy;
        };
    }
}
