package dev.shearline.server.notify;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Says when something periodic is due again. Of one thread. */
final class Pacing {

    private final Duration interval;
    private final InstantSource clock;
    private Instant next = Instant.MIN;

    Pacing(Duration interval, InstantSource clock) {
        this.interval = interval;
        this.clock = clock;
    }

    /** True at most once an interval. */
    boolean isDue() {
        var now = clock.instant();
        if (now.isBefore(next)) {
            return false;
        }
        next = now.plus(interval);
        return true;
    }
}
