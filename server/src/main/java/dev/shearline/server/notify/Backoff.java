package dev.shearline.server.notify;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When to try again: 5 s later, then three times as long each time, at most 12 hours, give or take a fifth, for three days. */
final class Backoff {

    static final Duration FIRST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofHours(12);
    static final Duration GIVES_UP_AFTER = Duration.ofDays(3);
    static final double JITTER = 0.2;

    private static final int FACTOR = 3;

    private final SecureRandom random;

    Backoff(SecureRandom random) {
        this.random = random;
    }

    /**
     * Empty when that would be too late.
     *
     * @param attempts how many have failed, this one with them
     */
    Optional<Instant> next(int attempts, Instant now, Instant givesUpAt) {
        var delay = base(attempts);
        double spread = 1 - JITTER + 2 * JITTER * random.nextDouble();
        var at = now.plusMillis(Math.round(delay.toMillis() * spread));
        return at.isAfter(givesUpAt) ? Optional.empty() : Optional.of(at);
    }

    static Duration base(int attempts) {
        var delay = FIRST;
        for (int i = 1; i < attempts && delay.compareTo(LONGEST) < 0; i++) {
            delay = delay.multipliedBy(FACTOR);
        }
        return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    }
}
