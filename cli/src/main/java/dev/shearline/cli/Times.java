package dev.shearline.cli;

import java.time.Duration;
import java.time.Instant;

/** Times as people say them: {@code 5m ago}, {@code in 89d}. */
final class Times {
    private static final long MINUTE_S = 60;
    private static final long HOUR_S = 60 * MINUTE_S;
    private static final long DAY_S = 24 * HOUR_S;
    private static final long YEAR_S = 365 * DAY_S;
    private static final int HOURS_BELOW = 48;
    private static final int YEARS_FROM = 2;

    private Times() {}

    static String relative(Instant now, Instant at) {
        var distance = Duration.between(now, at);
        var amount = amount(distance.abs().toSeconds());
        return distance.isNegative() ? amount + " ago" : "in " + amount;
    }

    /** One unit, the nearest number of it. */
    private static String amount(long seconds) {
        if (seconds < MINUTE_S) {
            return seconds + "s";
        }
        if (nearest(seconds, MINUTE_S) < HOUR_S / MINUTE_S) {
            return nearest(seconds, MINUTE_S) + "m";
        }
        if (nearest(seconds, HOUR_S) < HOURS_BELOW) {
            return nearest(seconds, HOUR_S) + "h";
        }
        return seconds < YEARS_FROM * YEAR_S ? nearest(seconds, DAY_S) + "d" : seconds / YEAR_S + "y";
    }

    private static long nearest(long seconds, long unit) {
        return (seconds + unit / 2) / unit;
    }
}
