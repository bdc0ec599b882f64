package dev.shearline.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UsageReporterTest {

    private static final long HOUR_MILLIS = 3_600_000;
    private static final Position AT = new Position(1, "0000000000000001");

    private final StillClocks clocks = new StillClocks();
    private final UsageCounts counts = new UsageCounts();
    private final List<Map<String, Object>> sent = new ArrayList<>();
    private UsageReporter.Sent answer = UsageReporter.Sent.TAKEN;
    private long lost;
    private final UsageReporter reporter = new UsageReporter(
            counts,
            report -> {
                sent.add(report);
                return answer;
            },
            clocks,
            new VerifierMetrics() {
                @Override
                public void usageLost(long count) {
                    lost += count;
                }
            });

    private static Remembered answer(String id) {
        var key = new VerifiedKey(
                id,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
        return Remembered.of(
                Objects.requireNonNull(new Digesters().digest(id, Requirement.NONE)),
                new RemoteAnswer(new Verdict.Allowed(key), List.of(id), true, OptionalLong.empty(), List.of(), AT),
                null);
    }

    private static long count(Map<String, Object> report) {
        return ((List<?>) report.getOrDefault("items", List.of()))
                .stream()
                        .mapToLong(item -> Long.parseLong(String.valueOf(((Map<?, ?>) item).get("count"))))
                        .sum();
    }

    private static Object source(Map<String, Object> report) {
        return report.getOrDefault("source", "");
    }

    @Test
    void what_was_not_confirmed_is_sent_again_under_the_same_name_with_all_that_has_come_since() {
        var key = answer("key_1");
        counts.count(key, 1);
        answer = UsageReporter.Sent.UNANSWERED;
        reporter.report();
        counts.count(key, 3);
        answer = UsageReporter.Sent.TAKEN;
        reporter.report();
        reporter.report();
        assertThat(sent).hasSize(2);
        assertThat(count(sent.get(0))).isEqualTo(1);
        assertThat(count(sent.get(1))).isEqualTo(2);
        assertThat(sent.get(1).toString()).contains("units=4");
        assertThat(source(sent.get(0))).isEqualTo(source(sent.get(1)));
    }

    @Test
    void what_the_server_refuses_for_good_is_not_sent_again_and_is_told_to_be_lost() {
        var key = answer("key_1");
        counts.count(key, 1);
        counts.count(key, 1);
        answer = UsageReporter.Sent.REFUSED;
        reporter.report();
        assertThat(lost).isEqualTo(2);
        answer = UsageReporter.Sent.TAKEN;
        reporter.report();
        assertThat(sent).hasSize(1);
    }

    @Test
    void each_hour_begins_a_name_and_the_old_one_is_closed() {
        var key = answer("key_1");
        counts.count(key, 1);
        reporter.report();
        counts.count(key, 1);
        clocks.advance(HOUR_MILLIS, "both");
        reporter.report();
        counts.count(key, 1);
        reporter.end();
        assertThat(sent).extracting(UsageReporterTest::count).containsExactly(1L, 2L, 1L);
        assertThat(sent).extracting(report -> report.get("last")).containsExactly(false, true, true);
        assertThat(source(sent.get(0))).isEqualTo(source(sent.get(1))).isNotEqualTo(source(sent.get(2)));
    }

    @Test
    void many_keys_come_in_several_reports_of_which_the_last_is_marked() {
        int keys = UsageRun.BATCH_MAX + 1;
        for (int i = 0; i < keys; i++) {
            counts.count(answer("key_" + i), 1);
        }
        reporter.end();
        assertThat(sent).hasSize(2);
        assertThat(sent.stream().mapToLong(UsageReporterTest::count).sum()).isEqualTo(keys);
        assertThat(sent).extracting(report -> report.get("last")).containsExactly(false, true);
    }

    @Test
    void nothing_is_reported_where_nothing_was_counted() {
        reporter.report();
        reporter.end();
        assertThat(sent).isEmpty();
    }
}
