package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.http.ProblemException;
import dev.shearline.server.limits.RateLimit.Period;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitSetTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "100/minute", "5/second/20 1000/month", "quota/10000/month", "1/day quota/5/none"})
    void what_is_stored_is_what_is_read(String words) {
        assertThat(LimitSet.ofWire(words).wire()).isEqualTo(words);
        assertThat(LimitSet.ofWire(words).isEmpty()).isEqualTo(words.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "100/minute, 100/minute, false",
        "100/minute, 99/minute, false",
        "100/minute, 101/minute, true",
        "100/minute, 100/minute/200, true",
        "100/minute/200, 100/minute, false",
        "100/minute, 100/hour, true",
        "100/minute, '', true",
        "'', 100/minute, false",
        "100/minute, 100/minute quota/1/day, false",
        "quota/10/day, quota/11/day, true",
        "quota/10/day, quota/10/month, true",
        "quota/10/day, '', true"
    })
    void more_of_a_limit_is_told_from_less(String before, String after, boolean more) {
        assertThat(LimitSet.ofWire(after).allowsMoreThan(LimitSet.ofWire(before)))
                .isEqualTo(more);
    }

    @Test
    void limits_are_in_bounds_and_one_for_each_period() {
        refused(List.of(limit(0, Optional.empty())), Optional.empty(), "rate_limits[0].amount");
        refused(List.of(limit(1_000_000_001, Optional.empty())), Optional.empty(), "rate_limits[0].amount");
        refused(List.of(limit(1, Optional.of(0L))), Optional.empty(), "rate_limits[0].burst");
        refused(
                List.of(limit(1, Optional.empty()), limit(2, Optional.empty())),
                Optional.empty(),
                "rate_limits[1].per");
        refused(List.of(), Optional.of(new Quota(0, Quota.Refill.DAY)), "quota.amount");
    }

    @Test
    void a_burst_comes_back_within_a_year() {
        var month = new RateLimit(2, Period.MONTH, Optional.of(25L));
        refused(List.of(month), Optional.empty(), "rate_limits[0].burst");
        var fit = new RateLimit(2, Period.MONTH, Optional.of(24L));
        assertThat(LimitSet.checked(List.of(fit), Optional.empty()).rateLimits())
                .contains(fit);
    }

    private static RateLimit limit(long amount, Optional<Long> burst) {
        return new RateLimit(amount, Period.MINUTE, burst);
    }

    private static void refused(List<RateLimit> limits, Optional<Quota> quota, String field) {
        assertThatThrownBy(() -> LimitSet.checked(limits, quota))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().field()).contains(field));
    }
}
