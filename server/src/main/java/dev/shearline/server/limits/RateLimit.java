package dev.shearline.server.limits;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * So many uses in a period.
 *
 * @param amount that come back in a period, evenly
 * @param burst how many may follow each other at once after a pause; left out, the amount
 */
public record RateLimit(long amount, Period per, Optional<Long> burst) {

    /** A month has 30 days. */
    public enum Period {
        SECOND(Duration.ofSeconds(1)),
        MINUTE(Duration.ofMinutes(1)),
        HOUR(Duration.ofHours(1)),
        DAY(Duration.ofDays(1)),
        MONTH(Duration.ofDays(30));

        private final Duration length;

        Period(Duration length) {
            this.length = length;
        }

        Duration length() {
            return length;
        }

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Period ofWire(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    long capacity() {
        return burst.orElse(amount);
    }

    boolean isMoreThan(RateLimit other) {
        return amount > other.amount || capacity() > other.capacity();
    }
}
