package dev.shearline.server.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the text of single values. */
final class Values {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|y)");
    private static final int DAYS_OF_A_YEAR = 365;

    private Values() {}

    static Optional<Duration> findDuration(String text) {
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Optional.of(Duration.ofMillis(number));
            case "s" -> Optional.of(Duration.ofSeconds(number));
            case "m" -> Optional.of(Duration.ofMinutes(number));
            case "h" -> Optional.of(Duration.ofHours(number));
            case "d" -> Optional.of(Duration.ofDays(number));
            default -> Optional.of(Duration.ofDays(number * DAYS_OF_A_YEAR));
        };
    }

    static Optional<Boolean> findSwitch(String text) {
        return switch (text) {
            case "on" -> Optional.of(true);
            case "off" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }
}
