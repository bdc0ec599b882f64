package dev.shearline.server.limits;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What was used of a quota in the period that runs, whatever its amount: by all nodes as far as the {@link QuotaLedger} has heard of them, with what this
 * node has not told it yet.
 */
final class QuotaCount {

    /**
     * What was used in a period.
     *
     * @param unwritten by this node, of it
     */
    record Used(Quota.Window in, long amount, long unwritten) {

        static final Used NOTHING = new Used(new Quota.Window(0, 0), 0, 0);

        Used and(long more) {
            return new Used(in, Math.max(0, amount + more), unwritten + more);
        }
    }

    /** Which of all counts it is. */
    record Key(MeterId of, Quota.Refill refill) {}

    /** What all nodes together have used in the period that ends then. */
    record Total(Key key, long end, long amount) {}

    private final Key key;
    private final Consumer<QuotaCount> ledger;
    private final AtomicReference<Used> used = new AtomicReference<>(Used.NOTHING);
    private final AtomicBoolean waiting = new AtomicBoolean();

    QuotaCount(MeterId id, Quota.Refill refill, Consumer<QuotaCount> ledger) {
        this.key = new Key(id, refill);
        this.ledger = ledger;
    }

    Key key() {
        return key;
    }

    Used known() {
        return used.get();
    }

    /** What is counted at a moment. A clock that goes back into the period before does not refill. */
    Used at(Used known, long now) {
        return now < known.in().end() ? known : new Used(key.refill().windowAt(now), 0, 0);
    }

    /** Whether nobody else was faster. */
    boolean replace(Used known, Used next) {
        boolean replaced = used.compareAndSet(known, next);
        if (replaced) {
            note();
        }
        return replaced;
    }

    void giveBack(long cost, long then) {
        used.updateAndGet(known -> known.in().holds(then) ? known.and(-cost) : known);
        note();
    }

    private void note() {
        if (!waiting.get() && waiting.compareAndSet(false, true)) {
            ledger.accept(this);
        }
    }

    /** What is to be written; further uses are noted anew. */
    Used toWrite() {
        waiting.set(false);
        return used.get();
    }

    void written(Used then) {
        used.updateAndGet(now -> now.in().equals(then.in())
                ? new Used(now.in(), now.amount(), now.unwritten() - then.unwritten())
                : now);
    }

    /** The total holds all that this node has written. A node whose clock is slower follows the others into the next period. */
    void hear(Total total) {
        used.updateAndGet(now -> {
            if (total.end() < now.in().end()) {
                return now;
            }
            return total.end() == now.in().end()
                    ? new Used(now.in(), Math.max(0, total.amount() + now.unwritten()), now.unwritten())
                    : new Used(key.refill().windowAt(total.end() - 1), total.amount(), 0);
        });
    }

    /** @param listed whether the ledger has it still */
    boolean isForgettable(Predicate<Quota.Refill> listed) {
        var known = used.get();
        return known.unwritten() == 0 && (known.amount() == 0 || !listed.test(key.refill()));
    }
}
