package dev.shearline.server.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;

/** What is left of a rate limit: a bucket without a lock. */
final class RateAllowance implements Allowance {

    private final String name;
    private final RateLimit limit;
    private final Bucket bucket;

    /** @param consumed of the burst, under the limit before this one */
    RateAllowance(String level, RateLimit limit, long consumed, TimeMeter time) {
        this.name = level + "-" + limit.per().wire();
        this.limit = limit;
        this.bucket = Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(limit.capacity())
                        .refillGreedy(limit.amount(), limit.per().length())
                        .initialTokens(Math.max(0, limit.capacity() - consumed))
                        .build())
                .withCustomTimePrecision(time)
                .build();
    }

    RateLimit limit() {
        return limit;
    }

    long consumed() {
        return limit.capacity() - bucket.getAvailableTokens();
    }

    @Override
    public Reading take(long cost, long now) {
        var probe = bucket.tryConsumeAndReturnRemaining(cost);
        return reading(cost, probe.isConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
    }

    @Override
    public Reading look(long cost, long now) {
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
                remaining,
                Math.ceilDiv(missing * limit.per().length().toMillis(), limit.amount()),
                granted ? 0 : retry);
    }

    private static long roundedUp(long nanos) {
        return Math.ceilDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public void giveBack(long cost, long now) {
        bucket.addTokens(cost);
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
