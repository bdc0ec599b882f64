package dev.shearline.server.verify;

import java.time.Instant;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;

/** Times as every answer writes them, {@code 2026-11-23T14:05:00.000Z}, without the formatter, which costs more than a verdict. */
final class UtcTime {

    private static final long MILLIS_A_DAY = TimeUnit.DAYS.toMillis(1);
    private static final long FIRST_DAY = LocalDate.of(0, 1, 1).toEpochDay();
    private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
    private static final int LENGTH = 24;

    private UtcTime() {}

    static String text(long epochMillis) {
        long day = Math.floorDiv(epochMillis, MILLIS_A_DAY);
        if (day < FIRST_DAY || day > LAST_DAY) {
            return Instant.ofEpochMilli(epochMillis).toString();
        }
        var date = LocalDate.ofEpochDay(day);
        int millis = (int) (epochMillis - day * MILLIS_A_DAY);
        var text = new char[LENGTH];
        write(text, 0, 4, date.getYear(), '-');
        write(text, 5, 2, date.getMonthValue(), '-');
        write(text, 8, 2, date.getDayOfMonth(), 'T');
        write(text, 11, 2, millis / 3_600_000, ':');
        write(text, 14, 2, millis / 60_000 % 60, ':');
        write(text, 17, 2, millis / 1_000 % 60, '.');
        write(text, 20, 3, millis % 1_000, 'Z');
        return new String(text);
    }

    /** A number of so many digits, and what follows it. */
    private static void write(char[] text, int at, int digits, int number, char after) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        text[at + digits] = after;
    }
}
