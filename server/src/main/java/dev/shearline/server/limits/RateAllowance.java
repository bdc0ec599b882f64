package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What is left of a rate limit: a bucket without a lock, which {@link SharedRates} keeps level with those of other nodes. */
final class RateAllowance implements Allowance {

    /** Where what cannot be asked refuses, how soon to ask again. */
    private static final Duration RETRY_WITHOUT = Duration.ofSeconds(1);

    private final String name;
    private final MeterId id;
    private final RateLimit limit;
    private final Bucket bucket;
    private final Sharing sharing;
    private final AtomicLong untold = new AtomicLong();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private int connection;

    /** @param consumed of the burst, under the limit before this one */
    RateAllowance(String level, MeterId id, RateLimit limit, long consumed, TimeMeter time, Sharing sharing) {
        this.name = level + "-" + limit.per().wire();
        this.id = id;
        this.limit = limit;
        this.sharing = sharing;
        this.bucket = Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(limit.capacity())
                        .refillGreedy(limit.amount(), limit.per().length())
                        .initialTokens(Math.max(0, limit.capacity() - consumed))
                        .build())
                .withCustomTimePrecision(time)
                .build();
    }

    /** In Valkey. */
    String sharedName() {
        return "shearline:" + id.of() + (id.test() ? ":test:" : ":live:")
                + limit.per().wire();
    }

    RateLimit limit() {
        return limit;
    }

    long consumed() {
        return limit.capacity() - bucket.getAvailableTokens();
    }

    // sharing ---------------------------------------------------------------------------------------------------------

    /**
     * What this node has to tell.
     *
     * @param spent since it was told last
     * @param before what was consumed then as far as this node knows, of the first telling over a connection
     */
    record Told(RateAllowance allowance, long spent, long before) {}

    Told tell(Sharing to) {
        waiting.set(false);
        long spent = untold.getAndSet(0);
        boolean first = connection != to.connection();
        connection = to.connection();
        return new Told(this, spent, first ? Math.max(0, consumed() - spent) : 0);
    }

    /** Takes over what all nodes together have consumed. */
    void level(long consumedByAll) {
        long missing = consumed() - consumedByAll - untold.get();
        if (missing > 0) {
            bucket.addTokens(missing);
        } else if (missing < 0) {
            bucket.consumeIgnoringRateLimits(-missing);
        }
    }

    private void told(long cost) {
        if (sharing.isReached()) {
            untold.addAndGet(cost);
            if (!waiting.get() && waiting.compareAndSet(false, true)) {
                sharing.note(this);
            }
        }
    }

    /** Whether nobody can be asked who would know, and this node does not decide by itself. */
    private boolean isUnasked() {
        return !sharing.isReached() && sharing.without() != Settings.WithoutValkey.LOCAL;
    }

    private Reading unasked() {
        boolean granted = sharing.without() == Settings.WithoutValkey.ALLOW;
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
    public Reading take(long cost, long now) {
        if (isUnasked()) {
            return unasked();
        }
        var probe = bucket.tryConsumeAndReturnRemaining(cost);
        if (probe.isConsumed()) {
            told(cost);
        }
        return reading(cost, probe.isConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
    }

    @Override
    public Reading look(long cost, long now) {
        if (isUnasked()) {
            return unasked();
        }
        var probe = bucket.estimateAbilityToConsume(cost);
        return reading(cost, probe.canBeConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
    }

    private Reading reading(long cost, boolean granted, long remaining, long waitNanos) {
        long missing = limit.capacity() - remaining;
        long retry = cost > limit.capacity() ? Reading.NEVER : roundedUp(waitNanos);
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
    public void giveBack(long cost, long now) {
        bucket.addTokens(cost);
        told(-cost);
    }

    @Override
    public boolean isWhole(long now) {
        return consumed() == 0;
    }

    @Override
    public String policy() {
        return "\"" + name + "\";q=" + limit.amount() + ";w="
                + limit.per().length().toSeconds();
    }
}
