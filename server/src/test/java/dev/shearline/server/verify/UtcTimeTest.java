package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UtcTimeTest {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Test
    void times_are_written_as_the_formatter_writes_them() {
        var random = new Random(1);
        long first = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
        long last = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
        for (int i = 0; i < 100_000; i++) {
            long millis = random.nextLong(first, last + 1);
            assertThat(UtcTime.text(millis)).isEqualTo(FORMAT.format(Instant.ofEpochMilli(millis)));
        }
        for (long millis : new long[] {first, last, 0, -1, 951_782_400_000L, 1_000}) {
            assertThat(UtcTime.text(millis)).isEqualTo(FORMAT.format(Instant.ofEpochMilli(millis)));
        }
    }

    @Test
    void a_time_beyond_four_digits_of_year_is_still_written() {
        assertThat(UtcTime.text(Long.MAX_VALUE))
                .isEqualTo(Instant.ofEpochMilli(Long.MAX_VALUE).toString());
    }
}
