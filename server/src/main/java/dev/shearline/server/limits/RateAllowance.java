package dev.shearline.server.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is left of a rate limit: a bucket, which {@link SharedRates} keeps level with those of other nodes.
 *
 * <p>It is changed in place under this object's monitor. Buckets without a lock copy their state for each use, and of 100,000 keys in use each copy
 * lives until the next one: more work for the collector than everything else of a verification.
 */
final class RateAllowance implements Allowance {

    /** Where what cannot be asked refuses, how soon to ask again. */
    private static final Duration RETRY_WITHOUT = Duration.ofSeconds(1);

    /** A debt of more is not believed here at once; what is more in Valkey comes with a later telling. */
    private static final long DEBT_MAX_BURSTS = 2;

    private static final Duration DEBT_MAX = Duration.ofDays(36_500);
    private static final int NEVER_TOLD = -1;

    private final String name;
    private final MeterId id;
    private final RateLimit limit;
    private final Bucket bucket;
    private final Sharing sharing;
    private final AtomicLong untold = new AtomicLong();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile int connection = NEVER_TOLD;

    RateAllowance(String level, MeterId id, RateLimit limit, TimeMeter time, Sharing sharing) {
        this.name = level + "-" + limit.per().wire();
        this.id = id;
        this.limit = limit;
        this.sharing = sharing;
        this.bucket = Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(limit.capacity())
                        .refillGreedy(limit.amount(), limit.per().length())
                        .build())
                .withCustomTimePrecision(time)
                .withSynchronizationStrategy(SynchronizationStrategy.NONE)
                .build();
    }

    RateLimit limit() {
        return limit;
    }

    synchronized long consumed() {
        return limit.capacity() - bucket.getAvailableTokens();
    }

    boolean isWhole() {
        return consumed() == 0;
    }

    /** Of the burst so much is consumed already, under a limit before this one. */
    synchronized void raise(long consumed) {
        long more = Math.min(consumed, limit.capacity()) - consumed();
        if (more > 0) {
            bucket.consumeIgnoringRateLimits(more);
            tellAll();
            if (sharing.isReached()) {
                ask();
            }
        }
    }

    // sharing ---------------------------------------------------------------------------------------------------------

    /** In Valkey: another amount is another bucket there too, or what was consumed of a wide limit would be the debt of a narrow one. */
    String sharedName() {
        return "shearline:" + id.of() + (id.test() ? ":test:" : ":live:")
                + limit.per().wire() + ":" + limit.amount() + ":" + limit.capacity();
    }

    /**
     * What this node has to tell.
     *
     * @param spent since it was told last
     * @param before what was consumed then as far as this node knows, of the burst
     * @param first whether that is to be believed, where more is consumed than Valkey knows; else only where it knows nothing
     */
    record Told(RateAllowance allowance, long spent, long before, boolean first) {}

    synchronized Told tell() {
        waiting.set(false);
        int over = sharing.connection();
        boolean first = connection != over;
        connection = over;
        long spent = untold.getAndSet(0);
        long before = Math.clamp(consumed() - spent - untold.get(), 0, limit.capacity());
        return new Told(this, spent, before, first);
    }

    /** The next telling says all that is consumed, not only what was since the last. */
    void tellAll() {
        connection = NEVER_TOLD;
    }

    /** Takes over what all nodes together have consumed. */
    synchronized void level(long consumedByAll) {
        long missing = consumed() - Math.min(consumedByAll, limit.capacity() + debtMax()) - untold.get();
        if (missing > 0) {
            bucket.addTokens(missing);
        } else if (missing < 0) {
            bucket.consumeIgnoringRateLimits(-missing);
        }
    }

    private long debtMax() {
        long refilled = limit.amount() * DEBT_MAX.dividedBy(limit.per().length());
        return Math.min(DEBT_MAX_BURSTS * limit.capacity(), refilled);
    }

    private void told(long cost) {
        if (sharing.isReached()) {
            untold.addAndGet(cost);
            ask();
        }
    }

    /** Wants to hear what is consumed. */
    void ask() {
        if (!waiting.get() && waiting.compareAndSet(false, true)) {
            sharing.note(this);
        }
    }

    private Reading unasked(boolean granted) {
        return new Reading(
                name,
                false,
                limit.amount(),
                granted,
                granted ? limit.capacity() : 0,
                granted ? 0 : RETRY_WITHOUT.toMillis(),
                granted ? 0 : RETRY_WITHOUT.toMillis());
    }

    // drawing ---------------------------------------------------------------------------------------------------------

    @Override
    public Reading take(Cost cost) {
        return switch (cost.rule()) {
            case COUNT -> {
                var probe = consume(cost.amount());
                if (probe.isConsumed()) {
                    told(cost.amount());
                }
                yield reading(cost, probe.isConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
            }
            case REFUSE -> unasked(false);
            case PASS -> unasked(true);
        };
    }

    @Override
    public Reading look(Cost cost) {
        return switch (cost.rule()) {
            case COUNT -> {
                var probe = estimate(cost.amount());
                yield reading(cost, probe.canBeConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
            }
            case REFUSE -> unasked(false);
            case PASS -> unasked(true);
        };
    }

    private Reading reading(Cost cost, boolean granted, long remaining, long waitNanos) {
        long missing = limit.capacity() - remaining;
        long retry = cost.amount() > limit.capacity() ? Reading.NEVER : roundedUp(waitNanos);
        return new Reading(
                name,
                false,
                limit.amount(),
                granted,
                Math.max(0, remaining),
                Math.ceilDiv(missing * limit.per().length().toMillis(), limit.amount()),
                granted ? 0 : retry);
    }

    private static long roundedUp(long nanos) {
        return Math.ceilDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public void giveBack(Cost cost) {
        if (cost.rule() == Sharing.Rule.COUNT) {
            add(cost.amount());
            told(-cost.amount());
        }
    }

    private synchronized ConsumptionProbe consume(long amount) {
        return bucket.tryConsumeAndReturnRemaining(amount);
    }

    private synchronized EstimationProbe estimate(long amount) {
        return bucket.estimateAbilityToConsume(amount);
    }

    private synchronized void add(long amount) {
        bucket.addTokens(amount);
    }

    @Override
    public String policy() {
        return "\"" + name + "\";q=" + limit.amount() + ";w="
                + limit.per().length().toSeconds();
    }
}
