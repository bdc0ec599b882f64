package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final Backoff backoff = new Backoff(new SecureRandom());

    @Test
    void each_pause_is_three_times_the_one_before_up_to_twelve_hours() {
        assertThat(Backoff.base(1)).isEqualTo(Duration.ofSeconds(5));
        assertThat(Backoff.base(2)).isEqualTo(Duration.ofSeconds(15));
        assertThat(Backoff.base(5)).isEqualTo(Duration.ofSeconds(405));
        assertThat(Backoff.base(10)).isEqualTo(Duration.ofHours(12));
        assertThat(Backoff.base(1_000_000)).isEqualTo(Duration.ofHours(12));
    }

    @Test
    void pauses_differ_by_a_fifth_at_most() {
        for (int attempts = 1; attempts < 20; attempts++) {
            var base = Backoff.base(attempts);
            assertThat(backoff.next(attempts, NOW, Instant.MAX).orElseThrow())
                    .isBetween(NOW.plusMillis(base.toMillis() * 4 / 5), NOW.plusMillis(base.toMillis() * 6 / 5));
        }
    }

    @Test
    void it_gives_up_after_three_days_and_not_much_earlier() {
        var tries = new ArrayList<Instant>();
        var givesUpAt = NOW.plus(Backoff.GIVES_UP_AFTER);
        var next = backoff.next(1, NOW, givesUpAt);
        while (next.isPresent()) {
            tries.add(next.get());
            next = backoff.next(tries.size() + 1, next.get(), givesUpAt);
        }
        assertThat(tries).isSorted().hasSizeBetween(11, 18);
        assertThat(tries.getLast()).isBefore(givesUpAt).isAfter(givesUpAt.minus(Duration.ofHours(15)));
    }
}
