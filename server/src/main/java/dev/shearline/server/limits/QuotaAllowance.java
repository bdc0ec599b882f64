package dev.shearline.server.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What is left of a quota: a count in the period that runs, of all nodes as far as the {@link QuotaLedger} has heard of them, with what this node has
 * not told it yet.
 */
final class QuotaAllowance implements Allowance {

    private static final long DAYS_OF_A_MONTH = 30;

    /**
     * What was used in a period.
     *
     * @param unwritten by this node since the last write
     */
    record Used(Quota.Window in, long amount, long unwritten) {

        static final Used NOTHING = new Used(new Quota.Window(0, 0), 0, 0);

        Used and(long more) {
            return new Used(in, Math.max(0, amount + more), unwritten + more);
        }
    }

    private final String name;
    private final MeterId id;
    private final Quota quota;
    private final AtomicReference<Used> used;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Consumer<QuotaAllowance> ledger;

    /** @param used before this, in any period */
    QuotaAllowance(String level, MeterId id, Quota quota, Used used, Consumer<QuotaAllowance> ledger) {
        this.name = level + "-quota";
        this.id = id;
        this.quota = quota;
        this.used = new AtomicReference<>(used);
        this.ledger = ledger;
    }

    MeterId id() {
        return id;
    }

    Quota quota() {
        return quota;
    }

    Used used() {
        return used.get();
    }

    /** What is to be written; further uses are noted anew. */
    Used toWrite() {
        waiting.set(false);
        return used.get();
    }

    /** That this was written, and what all nodes together have used by now. */
    void written(Used then, long total) {
        used.updateAndGet(now -> {
            if (!now.in().equals(then.in())) {
                return now;
            }
            long rest = now.unwritten() - then.unwritten();
            return new Used(now.in(), Math.max(0, total + rest), rest);
        });
    }

    void note() {
        if (!waiting.get() && waiting.compareAndSet(false, true)) {
            ledger.accept(this);
        }
    }

    /** A clock that goes back into the period before does not refill. */
    private Used current(Used known, long now) {
        return now < known.in().end() ? known : new Used(quota.refill().windowAt(now), 0, 0);
    }

    @Override
    public Reading take(long cost, long now) {
        while (true) {
            var known = used.get();
            var before = current(known, now);
            if (before.amount() + cost > quota.amount()) {
                return reading(before, false, cost, now);
            }
            var after = before.and(cost);
            if (used.compareAndSet(known, after)) {
                note();
                return reading(after, true, cost, now);
            }
        }
    }

    @Override
    public Reading look(long cost, long now) {
        var before = current(used.get(), now);
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
        used.updateAndGet(known -> known.in().holds(now) ? known.and(-cost) : known);
        note();
    }

    @Override
    public boolean isWhole(long now) {
        var known = used.get();
        return current(known, now).amount() == 0 && known.unwritten() == 0;
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
