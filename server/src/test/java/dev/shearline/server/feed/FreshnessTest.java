package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class FreshnessTest {

    private static final Duration STALENESS = Duration.ofSeconds(10);

    private final TwoClocks time = new TwoClocks();
    private final Freshness freshness = new Freshness(new Clocks(time, () -> time.nanos));

    @Test
    void a_node_that_has_never_reached_the_head_may_not_answer() {
        assertThat(freshness.isFresh()).isFalse();
    }

    @Test
    void it_counts_from_before_the_poll_was_sent() {
        var sent = freshness.now();
        time.pass(Duration.ofSeconds(9));
        freshness.extend(sent, STALENESS);
        assertThat(freshness.isFresh()).isTrue();
        time.pass(Duration.ofSeconds(1));
        assertThat(freshness.isFresh()).isFalse();
    }

    @Test
    void the_lag_is_counted_from_the_same_moment_by_the_clock_that_says_more() {
        assertThat(freshness.lag()).isEmpty();
        var sent = freshness.now();
        time.pass(Duration.ofSeconds(2));
        freshness.extend(sent, STALENESS);
        assertThat(freshness.lag()).contains(Duration.ofSeconds(2));
        time.wallMillis += 500;
        assertThat(freshness.lag()).contains(Duration.ofMillis(2_500));
        time.wallMillis -= 60_000;
        assertThat(freshness.lag()).contains(Duration.ofSeconds(2));
        freshness.end();
        assertThat(freshness.lag()).isEmpty();
    }

    @Test
    void a_machine_that_slept_and_whose_monotonic_clock_slept_too_is_fenced_by_the_wall_clock() {
        freshness.extend(freshness.now(), STALENESS);
        time.wallMillis += STALENESS.toMillis();
        assertThat(freshness.isFresh()).isFalse();
    }

    @Test
    void a_machine_whose_time_was_set_back_is_fenced_by_the_monotonic_clock() {
        freshness.extend(freshness.now(), STALENESS);
        time.wallMillis -= Duration.ofDays(1).toMillis();
        assertThat(freshness.isFresh()).isTrue();
        time.nanos += STALENESS.toNanos();
        assertThat(freshness.isFresh()).isFalse();
    }

    @Test
    void the_monotonic_clock_may_overflow() {
        time.nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();
        freshness.extend(freshness.now(), STALENESS);
        assertThat(freshness.isFresh()).isTrue();
        time.pass(Duration.ofSeconds(9));
        assertThat(freshness.isFresh()).isTrue();
        time.pass(Duration.ofSeconds(1));
        assertThat(freshness.isFresh()).isFalse();
    }

    @Test
    void an_end_holds_until_the_next_poll_that_reaches_the_head() {
        freshness.extend(freshness.now(), STALENESS);
        freshness.end();
        assertThat(freshness.isFresh()).isFalse();
        freshness.extend(freshness.now(), STALENESS);
        assertThat(freshness.isFresh()).isTrue();
    }

    /** Both clocks, each set by hand. */
    private static final class TwoClocks extends Clock {

        private long nanos = 42;
        private long wallMillis = 1_700_000_000_000L;

        private void pass(Duration time) {
            nanos += time.toNanos();
            wallMillis += time.toMillis();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(wallMillis);
        }
    }
}
