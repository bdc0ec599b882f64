package dev.shearline.server.limits;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * So many uses in each day or month of the calendar in UTC, or once and for all.
 *
 * @param amount in each
 */
public record Quota(long amount, Refill refill) {

    /** When what was used counts no more. */
    public enum Refill {
        DAY,
        MONTH,
        NONE;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Refill ofWire(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }

        /** The period in which this moment is. */
        Window windowAt(long millis) {
            var day = LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
            return switch (this) {
                case DAY -> new Window(start(day), start(day.plusDays(1)));
                case MONTH -> {
                    var month = YearMonth.from(day);
                    yield new Window(
                            start(month.atDay(1)), start(month.plusMonths(1).atDay(1)));
                }
                case NONE -> Window.ALWAYS;
            };
        }

        private static long start(LocalDate day) {
            return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        }
    }

    /** From a moment until before another. */
    record Window(long start, long end) {

        static final Window ALWAYS = new Window(0, Long.MAX_VALUE);

        boolean holds(long millis) {
            return millis >= start && millis < end;
        }
    }
}
