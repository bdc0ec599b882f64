package dev.shearline.server.identity;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long something may live, as people write it: {@code 12h}, {@code 90d}, {@code 4w}, {@code 1y}. A year has 365 days. */
public record Lifetime(Duration length) implements Comparable<Lifetime> {

    private static final long HOURS_A_DAY = 24;
    private static final long DAYS_A_WEEK = 7;
    private static final long DAYS_A_YEAR = 365;
    /** Up to here people count hours. */
    private static final long HOURS_MAX = 48;

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,4})([hdwy])");

    public static Lifetime ofHours(long hours) {
        return new Lifetime(Duration.ofHours(hours));
    }

    public static Lifetime ofDays(long days) {
        return new Lifetime(Duration.ofDays(days));
    }

    public static Optional<Lifetime> find(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "h" -> ofHours(number);
                    case "d" -> ofDays(number);
                    case "w" -> ofDays(DAYS_A_WEEK * number);
                    default -> ofDays(DAYS_A_YEAR * number);
                });
    }

    /** In the largest unit that it is a whole number of. */
    public String wire() {
        if (countsHours()) {
            return length.toHours() + "h";
        }
        return length.toDays() % DAYS_A_YEAR == 0 ? length.toDays() / DAYS_A_YEAR + "y" : length.toDays() + "d";
    }

    /** For a sentence: {@code 24 hours}, {@code 90 days}. */
    public String words() {
        return countsHours() ? length.toHours() + " hours" : length.toDays() + " days";
    }

    private boolean countsHours() {
        return length.toHours() <= HOURS_MAX || length.toHours() % HOURS_A_DAY != 0;
    }

    @Override
    public int compareTo(Lifetime other) {
        return length.compareTo(other.length);
    }

    @Override
    public String toString() {
        return wire();
    }
}
