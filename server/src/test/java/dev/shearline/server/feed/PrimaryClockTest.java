package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PrimaryClockTest {

    private static final long START = 1_700_000_000_000L;

    private final AtomicLong wall = new AtomicLong(START);
    private final PrimaryClock clock = new PrimaryClock(clock(wall::get));

    @Test
    void it_shows_the_primarys_time_and_says_how_far_off_this_machine_is() {
        clock.measured(Instant.ofEpochMilli(START + 3_000), START - 10, START + 10);
        assertThat(clock.millis()).isEqualTo(START + 3_000);
        assertThat(clock.offset()).isEqualTo(Duration.ofSeconds(3));
        wall.addAndGet(500);
        assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(START + 3_500));
    }

    @Test
    void it_stands_still_rather_than_go_back() {
        clock.measured(Instant.ofEpochMilli(START + 3_000), START, START);
        assertThat(clock.millis()).isEqualTo(START + 3_000);
        clock.measured(Instant.ofEpochMilli(START + 1_000), START, START);
        assertThat(clock.millis()).isEqualTo(START + 3_000);
        wall.set(START - 60_000);
        assertThat(clock.millis()).isEqualTo(START + 3_000);
        wall.set(START + 2_001);
        assertThat(clock.millis()).isEqualTo(START + 3_001);
    }

    @Test
    void a_machine_that_was_set_forward_and_back_stands_still_for_seconds_and_not_for_as_long_as_the_step_was() {
        measure();
        wall.addAndGet(3_600_000);
        assertThat(clock.millis()).isEqualTo(START + 3_600_000);
        wall.addAndGet(-3_600_000);
        assertThat(clock.millis()).as("nothing is measured yet").isEqualTo(START + 3_600_000);
        assertThat(clock.ahead()).isEqualTo(Duration.ofHours(1));
        measure();
        long bound = START + PrimaryClock.AHEAD_MAX.toMillis();
        assertThat(clock.millis()).isEqualTo(bound);
        assertThat(clock.ahead()).isEqualTo(PrimaryClock.AHEAD_MAX);
        wall.addAndGet(4_000);
        measure();
        assertThat(clock.millis()).as("it goes back once").isEqualTo(bound);
        wall.addAndGet(1_500);
        measure();
        assertThat(clock.millis()).isEqualTo(bound + 500);
        assertThat(clock.ahead()).isZero();
    }

    @Test
    void a_primary_whose_clock_goes_back_is_followed_within_the_bound() {
        measure();
        assertThat(clock.millis()).isEqualTo(START);
        clock.measured(Instant.ofEpochMilli(START - 60_000), START, START);
        assertThat(clock.millis()).isEqualTo(START - 60_000 + PrimaryClock.AHEAD_MAX.toMillis());
        assertThat(clock.offset()).isEqualTo(Duration.ofMinutes(-1));
    }

    @Test
    void a_clock_that_nobody_has_looked_at_is_not_ahead() {
        assertThat(clock.ahead()).isZero();
        measure();
        assertThat(clock.ahead()).isZero();
    }

    /** The primary's clock is right, and so is the machine's. */
    private void measure() {
        clock.measured(Instant.ofEpochMilli(wall.get()), wall.get(), wall.get());
    }

    @Test
    void an_answer_that_was_long_under_way_says_little_about_the_time() {
        clock.measured(Instant.ofEpochMilli(START), START, START + 2);
        // the primary said its time at once, and its commit took four seconds
        clock.measured(Instant.ofEpochMilli(START), START, START + 4_000);
        assertThat(clock.offset().abs()).isLessThan(Duration.ofMillis(10));
    }

    @Test
    void a_first_answer_is_taken_however_long_it_was_under_way() {
        clock.measured(Instant.ofEpochMilli(START + 60_000), START, START + 4_000);
        assertThat(clock.offset()).isEqualTo(Duration.ofSeconds(58));
    }

    @Test
    void it_goes_back_for_no_thread_while_others_look_at_it() throws Exception {
        var jumping =
                new PrimaryClock(clock(() -> START + ThreadLocalRandom.current().nextLong(1_000_000)));
        var seen = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> lookers = new ArrayList<>();
            for (int looker = 0; looker < 4; looker++) {
                lookers.add(() -> {
                    for (int look = 0; look < 100_000; look++) {
                        long before = seen.get();
                        long now = jumping.millis();
                        if (now < before) {
                            return false;
                        }
                        seen.accumulateAndGet(now, Math::max);
                    }
                    return true;
                });
            }
            for (var looker : threads.invokeAll(lookers)) {
                assertThat(looker.get()).isTrue();
            }
        }
    }

    private static Clock clock(java.util.function.LongSupplier millis) {
        InstantSource source = () -> Instant.ofEpochMilli(millis.getAsLong());
        return source.withZone(ZoneOffset.UTC);
    }
}
