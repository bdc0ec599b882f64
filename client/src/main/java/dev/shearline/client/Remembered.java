package dev.shearline.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is remembered, and how often it was given. It is its own key in the map, so that an answer costs one object and one line
 * of cache less. Where there is no verdict, it is remembered that there is none to remember.
 */
final class Remembered extends Asked {

    private static final VarHandle COUNT;
    private static final VarHandle EXTRA;

    static {
        try {
            var lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(Remembered.class, "count", long.class);
            EXTRA = lookup.findVarHandle(Remembered.class, "extra", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable Verdict verdict;
    // here and not in an object: it would lie somewhere else
    private final boolean ends;
    private final long endNanos;
    private final long endMillis;
    private final List<AddressBlock> cidrs;
    /** The answer to who comes from another address. */
    private final @Nullable Remembered elsewhere;

    // of the memory, under its lock
    Dependents[] dependents = {};
    int slot = -1;
    boolean forgotten;

    /** Whether it was asked for since the memory has last looked for something to forget. */
    boolean used;

    @SuppressWarnings("unused") // by VarHandle
    private volatile long count;

    @SuppressWarnings("unused") // by VarHandle
    private volatile long extra;

    @Nullable
    Remembered nextCounted;

    private Remembered(
            Asked asked,
            @Nullable Verdict verdict,
            Clocks.@Nullable Moment end,
            List<AddressBlock> cidrs,
            @Nullable Remembered elsewhere) {
        super(asked.a, asked.b, asked.c, asked.d, asked.requirement);
        this.verdict = verdict;
        this.ends = end != null;
        this.endNanos = end == null ? 0 : end.nanos();
        this.endMillis = end == null ? 0 : end.millis();
        this.cidrs = cidrs;
        this.elsewhere = elsewhere;
    }

    /** @param end on which time may change it */
    static Remembered of(Asked asked, RemoteAnswer answer, Clocks.@Nullable Moment end) {
        var code = answer.verdict().code();
        boolean byAddress = !answer.cidrs().isEmpty()
                && (code.equals(RemoteAnswer.ALLOWED) || code.equals(RemoteAnswer.ADDRESS_NOT_ALLOWED));
        if (!byAddress) {
            return new Remembered(asked, answer.verdict(), end, List.of(), null);
        }
        // the address is looked at last: where it decides, everything else has been found good
        var key = answer.verdict().key().orElseThrow();
        var outside = new Verdict.Denied(
                RemoteAnswer.ADDRESS_NOT_ALLOWED, answer.verdict().key(), Optional.empty());
        return new Remembered(
                asked,
                new Verdict.Allowed(key),
                end,
                answer.cidrs(),
                new Remembered(asked, outside, end, List.of(), null));
    }

    /** That the answer must not be remembered. */
    static Remembered nothing(Asked asked, Clocks.Moment end) {
        return new Remembered(asked, null, end, List.of(), null);
    }

    boolean isNothing() {
        return verdict == null;
    }

    Verdict verdict() {
        if (verdict == null) {
            throw new IllegalStateException("there is nothing to say");
        }
        return verdict;
    }

    boolean isOver(long nanos, long millis) {
        return ends && (nanos - endNanos >= 0 || millis >= endMillis);
    }

    /** The answer to who comes from this address; null where the address is none, and the server has to say so. */
    @Nullable
    Remembered from(@Nullable String address) {
        if (elsewhere == null) {
            return this;
        }
        if (address == null) {
            return elsewhere;
        }
        var known = AddressBlock.find(address);
        if (known.isEmpty() || address.indexOf('/') >= 0) {
            return null;
        }
        for (var block : cidrs) {
            if (block.contains(known.get())) {
                return this;
            }
        }
        return elsewhere;
    }

    /** Whether it was not counted since it was last taken: then it must be handed in to be taken. */
    boolean count(int cost) {
        if (cost > 1) {
            // before the count: what is taken with a count is never less than it
            EXTRA.getAndAdd(this, cost - 1L);
        }
        return (long) COUNT.getAndAdd(this, 1L) == 0;
    }

    long takeCount() {
        return (long) COUNT.getAndSet(this, 0L);
    }

    long takeExtra() {
        return (long) EXTRA.getAndSet(this, 0L);
    }
}
