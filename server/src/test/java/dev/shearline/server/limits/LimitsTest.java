package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.limits.Limited.Level;
import dev.shearline.server.limits.Limits.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Of one node, by a clock that the test turns. */
class LimitsTest {

    private static final Instant START = Instant.parse("2026-01-30T23:00:00Z");

    private Instant now = START;
    private final Limits limits =
            new Limits(() -> Duration.between(START, now).toNanos(), Settings.WithoutValkey.LOCAL);

    private static Limited key(String words) {
        return new Limited("key_1", Level.KEY, LimitSet.ofWire(words));
    }

    private Reading take(Limited limited, long cost) {
        return draw(limited, null, null, cost, false).reading();
    }

    private Draw draw(
            @Nullable Limited key, @Nullable Limited owner, @Nullable Limited organization, long cost, boolean probe) {
        return Objects.requireNonNull(
                limits.draw(key, owner, organization, new Use(false, cost, probe, now.toEpochMilli())));
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void what_has_no_limits_draws_nothing() {
        assertThat(limits.draw(null, null, null, new Use(false, 1, false, 0))).isNull();
        assertThat(limits.size()).isZero();
    }

    @Test
    void a_rate_limit_lets_its_burst_through_and_refills_evenly() {
        var key = key("60/minute/10");
        assertThat(take(key, 10).remaining()).isZero();
        assertThat(take(key, 1).retryMillis()).isEqualTo(1_000);
        pass(Duration.ofMillis(999));
        assertThat(take(key, 1).granted()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(take(key, 1).granted()).isTrue();
        pass(Duration.ofHours(1));
        assertThat(take(key, 10).granted()).isTrue();
        assertThat(take(key, 1).resetMillis()).isEqualTo(10_000);
    }

    @Test
    void more_than_the_burst_is_never_allowed_and_says_so() {
        var reading = take(key("60/minute/10"), 11);
        assertThat(reading.granted()).isFalse();
        assertThat(reading.retryMillis()).isEqualTo(Reading.NEVER);
        assertThat(take(key("quota/10/day"), 11).retryMillis()).isEqualTo(Reading.NEVER);
    }

    @Test
    void a_quota_follows_the_calendar() {
        var daily = new Limited("key_day", Level.KEY, LimitSet.ofWire("quota/5/day"));
        var monthly = new Limited("key_month", Level.KEY, LimitSet.ofWire("quota/5/month"));
        var once = new Limited("key_once", Level.KEY, LimitSet.ofWire("quota/5/none"));
        assertThat(take(daily, 5).resetMillis()).isEqualTo(Duration.ofHours(1).toMillis());
        assertThat(take(monthly, 5).resetMillis())
                .isEqualTo(Duration.ofHours(25).toMillis());
        assertThat(take(once, 5).resetMillis()).isEqualTo(Reading.NEVER);
        assertThat(take(daily, 1).quota()).isTrue();
        pass(Duration.ofHours(1));
        assertThat(take(daily, 5).granted()).isTrue();
        assertThat(take(monthly, 1).retryMillis()).isEqualTo(Duration.ofDays(1).toMillis());
        pass(Duration.ofDays(1));
        assertThat(take(monthly, 5).granted()).isTrue();
        pass(Duration.ofDays(1_000));
        assertThat(take(once, 1).retryMillis()).isEqualTo(Reading.NEVER);
    }

    @Test
    void a_clock_that_goes_back_refills_nothing() {
        var key = key("quota/5/day");
        pass(Duration.ofHours(2));
        take(key, 5);
        pass(Duration.ofHours(-2));
        assertThat(take(key, 1).granted()).isFalse();
    }

    @Test
    void nothing_is_drawn_where_one_refuses() {
        var key = key("100/hour quota/100/month");
        var owner = new Limited("mem_1", Level.OWNER, LimitSet.ofWire("100/hour"));
        var organization = new Limited("org_1", Level.ORGANIZATION, LimitSet.ofWire("10/hour"));
        assertThat(draw(key, owner, organization, 10, false).granted()).isTrue();
        var refusal = draw(key, owner, organization, 1, false);
        assertThat(refusal.reading().policy()).isEqualTo("organization-hour");
        assertThat(draw(key, owner, null, 90, false).granted()).isTrue();
    }

    @Test
    void what_was_granted_and_not_used_is_given_back() {
        var key = key("10/hour quota/10/month");
        draw(key, null, null, 10, false).giveBack();
        assertThat(take(key, 10).granted()).isTrue();
    }

    @Test
    void a_probe_says_the_same_and_draws_nothing() {
        var key = key("10/hour quota/20/month");
        for (int i = 0; i < 3; i++) {
            assertThat(draw(key, null, null, 10, true).granted()).isTrue();
        }
        take(key, 10);
        var refusal = draw(key, null, null, 10, true);
        assertThat(refusal.granted()).isFalse();
        assertThat(refusal.reading().retryMillis())
                .isEqualTo(Duration.ofHours(1).toMillis());
        pass(Duration.ofHours(1));
        assertThat(take(key, 10).granted()).isTrue();
    }

    @Test
    void headers_name_all_limits_and_the_tightest() {
        var draw = draw(
                key("100/minute quota/10000/month"),
                null,
                new Limited("org_1", Level.ORGANIZATION, LimitSet.ofWire("50/second quota/3/none")),
                1,
                false);
        assertThat(draw.policies())
                .isEqualTo("\"key-minute\";q=100;w=60, \"key-quota\";q=10000;w=2592000, "
                        + "\"organization-second\";q=50;w=1, \"organization-quota\";q=3");
        assertThat(draw.remaining()).isEqualTo("\"organization-quota\";r=2");
        assertThat(draw(key("100/minute"), null, null, 1, false).remaining()).isEqualTo("\"key-minute\";r=98;t=2");
    }

    @Test
    void new_limits_hold_at_once_and_what_was_consumed_stays_so() {
        take(key("100/hour quota/50/month"), 40);
        assertThat(take(key("200/hour quota/50/month"), 10).remaining()).isZero();
        assertThat(take(key("200/hour quota/60/month"), 1).remaining()).isEqualTo(9);
        assertThat(take(key("200/hour"), 1).remaining()).isEqualTo(148);
        assertThat(take(key("30/hour"), 1).granted()).isFalse();
        assertThat(take(key("500/day"), 500).granted()).isTrue();
    }

    @Test
    void a_quota_of_another_refill_begins_anew() {
        take(key("quota/10/day"), 7);
        assertThat(take(key("quota/10/month"), 3).remaining()).isEqualTo(7);
    }

    @Test
    void a_change_and_a_change_back_bring_nothing_back() {
        take(key("10/hour quota/20/none"), 10);
        assertThat(take(key("3/hour"), 1).granted()).isFalse();
        assertThat(limits.draw(null, null, key("5/day"), new Use(false, 5, false, 0)))
                .isNotNull();
        assertThat(take(key("10/hour"), 1).granted()).isFalse();
        assertThat(take(key("quota/20/none"), 11).granted()).isFalse();
        assertThat(take(key("quota/20/none"), 10).granted()).isTrue();
    }

    @Test
    void a_rotated_key_and_its_successor_may_differ_and_neither_refills_the_other() {
        var old = key("10/hour quota/10/day");
        take(old, 10);
        var successor = key("3/hour quota/10/month");
        assertThat(take(successor, 1).granted()).isFalse();
        var renamed = key("10/hour quota/10/day");
        assertThat(take(renamed, 1).granted()).isFalse();
        pass(Duration.ofMinutes(20));
        assertThat(take(successor, 1).granted()).isTrue();
        assertThat(take(renamed, 1).quota()).as("the quota of a day is used up").isTrue();
        assertThat(take(old, 1).quota()).isTrue();
    }

    @Test
    void what_nobody_leads_to_and_the_ledger_has_no_more_is_forgotten() {
        var of = new QuotaCount.Key(new MeterId("key_1", false), Quota.Refill.NONE);
        limits.hear(List.of(
                new QuotaCount.Total(of, Long.MAX_VALUE, 5),
                new QuotaCount.Total(new QuotaCount.Key(new MeterId("key_2", false), of.refill()), Long.MAX_VALUE, 5)));
        var held = key("quota/6/none");
        assertThat(take(held, 1).granted()).isTrue();
        assertThat(limits.size()).isEqualTo(2);
        limits.forget(_ -> true);
        assertThat(limits.size()).isEqualTo(2);
        limits.forget(_ -> false);
        assertThat(limits.size()).isEqualTo(1);
        assertThat(take(held, 1).granted()).isFalse();
    }

    @Test
    void tests_use_up_nothing_that_is_live() {
        var key = key("quota/5/none");
        limits.draw(key, null, null, new Use(true, 5, false, now.toEpochMilli()));
        assertThat(take(key, 5).granted()).isTrue();
    }

    @Test
    void many_threads_get_exactly_what_there_is() throws InterruptedException {
        var key = key("1000/hour quota/1000/none");
        var owner = new Limited("mem_1", Level.OWNER, LimitSet.ofWire("900/hour"));
        var granted = new AtomicInteger();
        var threads = IntStream.range(0, 4)
                .mapToObj(_ -> Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        if (draw(key, owner, null, 1, false).granted()) {
                            granted.incrementAndGet();
                        }
                    }
                }))
                .toList();
        for (var thread : threads) {
            thread.join();
        }
        assertThat(granted).hasValue(900);
        assertThat(take(key, 100).granted()).isTrue();
        assertThat(take(key, 1).granted()).isFalse();
    }
}
