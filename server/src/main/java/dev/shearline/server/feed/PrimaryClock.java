package dev.shearline.server.feed;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's clock as this node knows it: its own clock, corrected by the offset measured at each poll. It never goes back, so a key
 * that has expired once stays expired.
 */
public final class PrimaryClock implements InstantSource {

    public static final Duration WARN_OFFSET = Duration.ofSeconds(1);
    public static final Duration UNREADY_OFFSET = Duration.ofSeconds(5);
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
        long now = wall.millis() + offsetMillis;
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
    }
}
