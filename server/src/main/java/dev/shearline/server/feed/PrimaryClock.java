package dev.shearline.server.feed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's clock as this node knows it: its own clock, corrected by the offset measured at each poll. It does not go back, so a key
 * that has expired once stays expired: it stands still until the corrected clock has caught up.
 *
 * <p>Not for ever, though. A machine whose clock was set forward for a moment would stand still for as long as that step was, and judge
 * every key by a time that has not come. So a measurement takes back what stands more than {@link #AHEAD_MAX} above the corrected clock,
 * and only a measurement does: between two of them the machine's clock may itself be wrong.
 */
public final class PrimaryClock implements InstantSource {

    public static final Duration WARN_OFFSET = Duration.ofSeconds(1);
    public static final Duration UNREADY_OFFSET = Duration.ofSeconds(5);
    /** How far it may stand above the corrected clock, and so how long it may stand still. */
    static final Duration AHEAD_MAX = Duration.ofSeconds(5);

    static final Duration ROUND_TRIP_MAX = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(PrimaryClock.class);

    private final Clock wall;
    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);
    private volatile long offsetMillis;
    /** Once for each time that the clock goes astray, not at every poll. */
    private boolean warned;

    private boolean measured;

    public PrimaryClock(Clock wall) {
        this.wall = wall;
    }

    @Override
    public long millis() {
        long now = corrected();
        long last = latest.get();
        if (now <= last) {
            return last;
        }
        // what is returned is recorded, also when another thread was faster with a lower time
        return latest.accumulateAndGet(now, Math::max);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    long wallMillis() {
        return wall.millis();
    }

    public Duration offset() {
        return Duration.ofMillis(offsetMillis);
    }

    /** By how much it stands above the corrected clock: it stands still for so long. */
    public Duration ahead() {
        long now = corrected();
        return Duration.ofMillis(Math.max(latest.get(), now) - now);
    }

    private long corrected() {
        return wall.millis() + offsetMillis;
    }

    /** An answer that was long under way (a slow commit) would shift the clock by half of that: only the first counts in any case. */
    void measured(Instant primary, long sentMillis, long receivedMillis) {
        if (measured && Math.abs(receivedMillis - sentMillis) > ROUND_TRIP_MAX.toMillis()) {
            return;
        }
        measured = true;
        offsetMillis = primary.toEpochMilli() - (sentMillis + (receivedMillis - sentMillis) / 2);
        boolean off = Math.abs(offsetMillis) > WARN_OFFSET.toMillis();
        if (off && !warned) {
            log.warn("this machine's clock is {} ms from the primary's: set it by NTP", -offsetMillis);
        }
        warned = off;
        takeBack();
    }

    private void takeBack() {
        long highest = corrected() + AHEAD_MAX.toMillis();
        long before = latest.getAndAccumulate(highest, Math::min);
        if (before > highest) {
            log.warn("this machine's clock was ahead for a while: the time goes back by {} ms", before - highest);
        }
    }
}
