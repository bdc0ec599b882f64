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

    private static final Logger log = LoggerFactory.getLogger(PrimaryClock.class);

    private final Clock wall;
    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);
    private volatile long offsetMillis;
    /** Once for each time that the clock goes astray, not at every poll. */
    private boolean warned;

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
        // a plain race to set the highest: whoever loses has seen a higher time, which is as good
        return latest.compareAndSet(last, now) ? now : Math.max(now, latest.get());
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

    void measured(Instant primary, long sentMillis, long receivedMillis) {
        offsetMillis = primary.toEpochMilli() - (sentMillis + (receivedMillis - sentMillis) / 2);
        boolean off = Math.abs(offsetMillis) > WARN_OFFSET.toMillis();
        if (off && !warned) {
            log.warn("this machine's clock is {} ms from the primary's: set it by NTP", -offsetMillis);
        }
        warned = off;
    }
}
