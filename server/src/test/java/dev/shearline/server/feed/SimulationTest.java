package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The protocol as it is, in time that does not pass by itself: docs/decisions/0027-simulation.md. */
class SimulationTest {

    private static final long SCHEDULES = 2_000;
    /** Enough for each rule that is left out, several times over. */
    private static final long SCHEDULES_WITH_A_FLAW = 5_000;

    @AutoClose
    static final SilentLog SILENT = new SilentLog();

    @Test
    void no_answer_contradicts_what_callers_were_told_and_all_nodes_end_equal_to_the_database() throws Exception {
        long first = Long.getLong(Schedules.FIRST, 1);
        long began = System.nanoTime();
        var outcome = Schedules.run(first, Long.getLong(Schedules.COUNT, SCHEDULES), Flaw.NONE);
        var took = Duration.ofNanos(System.nanoTime() - began);
        LoggerFactory.getLogger(SimulationTest.class).info("{} in {}", outcome, took);
        outcome.failed().ifPresent(failed -> {
            throw new AssertionError(
                    "The schedule of seed " + failed.seed() + " fails. Run it again:\n" + Schedules.again(failed.seed())
                            + "\n" + failed.violation().getMessage(),
                    failed.violation());
        });
        // else it holds because nothing happens
        assertThat(outcome.promises()).isGreaterThan(outcome.schedules());
        assertThat(outcome.allowed()).isGreaterThan(100 * outcome.schedules());
    }

    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_seed_is_a_run(long seed) {
        assertThat(Simulation.run(seed, Flaw.NONE)).isEqualTo(Simulation.run(seed, Flaw.NONE));
    }

    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_rule_that_is_left_out_is_missed(Flaw flaw) throws Exception {
        assertThat(Schedules.run(1, SCHEDULES_WITH_A_FLAW, flaw).failed()).isPresent();
    }
}
