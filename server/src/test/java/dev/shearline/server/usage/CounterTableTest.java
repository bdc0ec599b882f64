package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.TemporaryDirectory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterTableTest {

    private static final int HOUR = 500_000;
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    private static Sheet sheet(int slots) {
        var sheet = Sheet.inMemory(slots);
        sheet.begin("0".repeat(32), NOON);
        return sheet;
    }

    private static boolean count(CounterTable table, int key, int hour, Outcome outcome) {
        return table.raise(key, 7, hour, outcome.code(), CounterTable.COUNT, 1);
    }

    private static Map<String, Long> counts(Sheet sheet) {
        var counts = new TreeMap<String, Long>();
        sheet.table()
                .each((_, key, hour, outcome, count, extra) -> counts.merge(
                        key.high() + " " + hour + " " + outcome + (extra > 0 ? " +" + extra : ""), count, Long::sum));
        return counts;
    }

    @Test
    void each_key_hour_and_outcome_has_a_counter_of_its_own() {
        var sheet = sheet(64);
        var table = sheet.table();
        for (int i = 0; i < 3; i++) {
            count(table, 1, HOUR, Outcome.ALLOWED);
        }
        count(table, 1, HOUR + 1, Outcome.ALLOWED);
        count(table, 1, HOUR, Outcome.REVOKED);
        count(table, 2, HOUR, Outcome.ALLOWED);
        table.raise(2, 7, HOUR, Outcome.ALLOWED.code(), CounterTable.EXTRA, 999_999);

        assertThat(counts(sheet))
                .isEqualTo(Map.of("1 500000 1", 3L, "1 500001 1", 1L, "1 500000 2", 1L, "2 500000 1 +999999", 1L));
    }

    @Test
    void a_full_table_refuses_new_counters_and_goes_on_with_those_it_has() {
        var sheet = sheet(16);
        for (int key = 0; key < 16; key++) {
            assertThat(count(sheet.table(), key, HOUR, Outcome.ALLOWED)).isTrue();
        }
        assertThat(count(sheet.table(), 16, HOUR, Outcome.ALLOWED)).isFalse();
        assertThat(count(sheet.table(), 3, HOUR, Outcome.ALLOWED)).isTrue();
        assertThat(counts(sheet)).hasSize(16).containsEntry("3 500000 1", 2L);
    }

    @Test
    void a_sealed_table_counts_nothing_more_and_keeps_what_it_has() {
        var sheet = sheet(16);
        count(sheet.table(), 1, HOUR, Outcome.ALLOWED);
        sheet.table().seal();

        assertThat(count(sheet.table(), 1, HOUR, Outcome.ALLOWED)).isFalse();
        assertThat(count(sheet.table(), 2, HOUR, Outcome.ALLOWED)).isFalse();
        assertThat(counts(sheet)).isEqualTo(Map.of("1 500000 1", 1L));
    }

    @Test
    void the_next_life_begins_at_nothing() {
        var sheet = sheet(16);
        count(sheet.table(), 1, HOUR, Outcome.ALLOWED);
        sheet.table().seal();
        sheet.clear();
        sheet.begin("1".repeat(32), NOON);

        assertThat(counts(sheet)).isEmpty();
        assertThat(count(sheet.table(), 1, HOUR, Outcome.ALLOWED)).isTrue();
        assertThat(counts(sheet)).isEqualTo(Map.of("1 500000 1", 1L));
    }

    @Test
    void lives_come_round_after_the_last_generation() {
        var sheet = sheet(1);
        for (int life = 0; life < CounterTable.GENERATION_MAX + 2; life++) {
            assertThat(count(sheet.table(), life, HOUR, Outcome.ALLOWED)).isTrue();
            assertThat(counts(sheet)).isEqualTo(Map.of(life + " 500000 1", 1L));
            sheet.table().seal();
            sheet.clear();
            sheet.begin("1".repeat(32), NOON);
        }
    }

    /** Tables of 16 slots for 60 counters are full all the time: each count races with the seal of the table that it is in. */
    @Test
    void while_tables_are_sealed_and_emptied_no_count_is_lost_and_none_is_there_twice() throws Exception {
        int threads = 4;
        int keys = 60;
        int each = 20_000;
        try (var directory = TemporaryDirectory.make("shearline-tally");
                var pool = Executors.newFixedThreadPool(threads + 1)) {
            var number = new AtomicInteger();
            var files = new CounterFiles(directory.path(), () -> String.format("%032x", number.incrementAndGet()), 16);
            var tally =
                    new Tally(files, () -> String.format("%032x", number.incrementAndGet()), InstantSource.system());
            tally.prepare();
            var writing = new AtomicBoolean(true);
            var settled = new TreeMap<String, Long>();
            var settler = pool.submit(() -> {
                while (writing.get()) {
                    tally.prepare();
                    settle(tally, settled);
                }
            });
            List<Callable<Boolean>> writers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                writers.add(() -> {
                    for (int i = 0; i < each; i++) {
                        tally.count(i % keys, 7, Outcome.ALLOWED, 3, NOON.toEpochMilli());
                    }
                    return true;
                });
            }
            pool.invokeAll(writers).forEach(done -> assertThat(done.resultNow()).isTrue());
            writing.set(false);
            settler.get();
            assertThat(tally.end()).isTrue();
            settle(tally, settled);
            files.delete();

            assertThat(tally.lost()).isZero();
            assertThat(settled).hasSize(2 * keys);
            IntStream.range(0, keys).forEach(key -> {
                long expected = (each / keys + (key < each % keys ? 1 : 0)) * (long) threads;
                assertThat(settled).containsEntry("count " + key, expected).containsEntry("extra " + key, 2 * expected);
            });
        }
    }

    private static void settle(Tally tally, Map<String, Long> sums) {
        for (var sheet : tally.retired()) {
            sheet.table().seal();
            sheet.table().each((_, key, _, _, count, extra) -> {
                sums.merge("count " + key.high(), count, Long::sum);
                sums.merge("extra " + key.high(), extra, Long::sum);
            });
            tally.settled(sheet);
        }
    }
}
