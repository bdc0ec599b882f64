package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of counts in the database, on whatever way they come. */
@Tag("storage")
class UsageWriterTest {

    private static final String SOURCE = "ab".repeat(16);

    private final Instant now = Instant.now();
    private final int hour = (int) (now.toEpochMilli() / Tally.HOUR_MILLIS);

    private static TestSchema schema;
    private static NodeDatabase database;
    private static UsageWriter writer;

    @BeforeAll
    static void start() {
        schema = TestSchema.create();
        UsageKeys.insert(schema, 3_000);
        database = new NodeDatabase(schema.node());
        writer = new UsageWriter(database);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void forget() {
        List.of("usage_hour", "usage_report", "usage_source").forEach(table -> schema.execute("DELETE FROM " + table));
    }

    private Sheet sheet(int slots) {
        var sheet = Sheet.inMemory(slots);
        sheet.begin(SOURCE, now);
        return sheet;
    }

    private static void count(Sheet sheet, int key, int at, int times) {
        count(sheet, key, at, times, Outcome.ALLOWED.code());
    }

    private static void count(Sheet sheet, int key, int at, int times, int outcome) {
        var id = ApiKeyId.find(UsageKeys.id(key)).orElseThrow();
        sheet.table().raise(id.high(), id.low(), at, outcome, CounterTable.COUNT, times);
    }

    private static String total() {
        return schema.query("SELECT sum(count) FROM usage_hour") + " folded, "
                + schema.query("SELECT coalesce(sum(count - folded), 0) FROM usage_report") + " reported";
    }

    @Test
    void what_is_written_again_is_not_counted_again() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        writer.write(sheet);
        count(sheet, 1, hour, 2);
        writer.write(sheet);
        // a second process that has read the file
        writer.write(copy(sheet, 16));
        assertThat(total()).isEqualTo("null folded, 7 reported");
        writer.settle(sheet);
        writer.settle(sheet);
        writer.settle(copy(sheet, 16));
        assertThat(total()).isEqualTo("7 folded, 0 reported");
    }

    /** The same counts under the same source, as from a file. */
    private Sheet copy(Sheet sheet, int slots) {
        var copy = sheet(slots);
        sheet.table().each((_, key, at, outcome, count, extra) -> {
            copy.table().raise(key.high(), key.low(), at, outcome, CounterTable.COUNT, count);
            if (extra > 0) {
                copy.table().raise(key.high(), key.low(), at, outcome, CounterTable.EXTRA, extra);
            }
        });
        return copy;
    }

    @Test
    void a_closed_source_takes_nothing_more() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.settle(sheet);
        count(sheet, 1, hour, 3);
        assertThat(writer.write(sheet)).isFalse();
        // whoever has closed it was this one
        assertThat(writer.settle(sheet)).isTrue();
        assertThat(total()).isEqualTo("5 folded, 0 reported");
    }

    @Test
    void a_row_that_went_back_in_time_is_written_whole_when_its_source_is_settled() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        schema.execute("DELETE FROM usage_report");
        writer.settle(sheet);
        assertThat(total()).isEqualTo("5 folded, 0 reported");
    }

    @Test
    void what_has_been_folded_in_part_is_not_folded_again() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        writer.fold(SOURCE);
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        count(sheet, 1, hour, 4);
        writer.write(sheet);
        assertThat(total()).isEqualTo("5 folded, 4 reported");
        writer.settle(sheet);
        assertThat(total()).isEqualTo("9 folded, 0 reported");
        assertThat(schema.query("SELECT count(*) FROM usage_report")).isEqualTo("0");
    }

    @Test
    void two_nodes_that_settle_the_same_source_add_it_once() throws Exception {
        var one = sheet(8_192);
        for (int key = 0; key < 3_000; key++) {
            count(one, key, hour, 1 + key % 3);
        }
        var other = copy(one, 8_192);
        var together = new CyclicBarrier(2);
        try (var threads = Executors.newFixedThreadPool(2)) {
            var settlings = List.of(one, other).stream()
                    .<Callable<Boolean>>map(sheet -> () -> {
                        together.await();
                        writer.settle(sheet);
                        return true;
                    })
                    .toList();
            for (var done : threads.invokeAll(settlings)) {
                assertThat(done.get()).isTrue();
            }
        }
        assertThat(total()).isEqualTo("6000 folded, 0 reported");
    }

    @Test
    void what_is_reported_more_than_a_day_after_its_hour_is_booked_in_the_hour_of_its_arrival() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 1);
        count(sheet, 1, hour - 26, 2);
        writer.settle(sheet);
        assertThat(schema.query(
                        "SELECT string_agg(count || ' ' || (booked > hour), ', ' ORDER BY count) FROM usage_hour"))
                .isEqualTo("1 false, 2 true");
    }

    @Test
    void of_keys_that_are_not_there_nothing_is_written() {
        var sheet = sheet(16);
        sheet.table().raise(7_000_000_000L, 1, hour, Outcome.ALLOWED.code(), CounterTable.COUNT, 1);
        count(sheet, 1, hour, 1);
        writer.settle(sheet);
        assertThat(total()).isEqualTo("1 folded, 0 reported");
    }

    @Test
    void a_source_that_a_failover_has_lost_is_made_again_and_written_whole() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        count(sheet, 2, hour, 2);
        writer.write(sheet);
        schema.execute("DELETE FROM usage_report");
        schema.execute("DELETE FROM usage_source");
        count(sheet, 1, hour, 1);
        assertThat(writer.write(sheet)).isTrue();
        assertThat(total()).isEqualTo("null folded, 8 reported");
        schema.execute("DELETE FROM usage_report");
        schema.execute("DELETE FROM usage_source");
        assertThat(writer.settle(sheet)).isTrue();
        assertThat(total()).isEqualTo("8 folded, 0 reported");
    }

    @Test
    void a_source_that_was_closed_by_somebody_else_is_told_of() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        writer.settle(copy(sheet, 16));
        count(sheet, 1, hour, 2);
        assertThat(writer.write(sheet)).isFalse();
        assertThat(writer.settle(sheet)).isFalse();
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        var unwritten = new ArrayList<Long>();
        sheet.table().each((slot, _, _, _, count, _) -> unwritten.add(sheet.unwrittenCount(slot, count)));
        assertThat(unwritten).containsExactly(2L);
    }

    @Test
    void what_comes_late_takes_nothing_back() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        var earlier = copy(sheet, 16);
        count(sheet, 1, hour, 2);
        writer.write(sheet);
        var written = schema.query("SELECT xmin FROM usage_report");
        writer.write(earlier);
        assertThat(total()).isEqualTo("null folded, 7 reported");
        assertThat(schema.query("SELECT xmin FROM usage_report")).isEqualTo(written);
    }

    @Test
    void a_kill_between_the_steps_of_settling_counts_nothing_twice() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        writer.fold(SOURCE);
        // killed before the source was closed: whoever finds the file begins again
        writer.settle(copy(sheet, 16));
        assertThat(total()).isEqualTo("5 folded, 0 reported");

        forget();
        writer.write(copy(sheet, 16));
        writer.close(SOURCE);
        // killed before its rows were deleted
        assertThat(schema.query("SELECT count(*) FROM usage_report")).isEqualTo("1");
        writer.settle(copy(sheet, 16));
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        makeDue();
        assertThat(upkeep().look()).isTrue();
        assertThat(schema.query("SELECT count(*) FROM usage_report")).isEqualTo("0");
        assertThat(total()).isEqualTo("5 folded, 0 reported");
    }

    private static UsageUpkeep upkeep() {
        var settings = new Settings.Usage(1_024, Duration.ofDays(35), Duration.ofDays(1));
        return new UsageUpkeep(database, writer, new Callers(database, new KeyFormat(List.of("shl"))), settings);
    }

    private static void makeDue() {
        schema.execute("UPDATE usage_source SET due_at = now() - interval '1 second'");
    }

    @Test
    void what_a_node_that_does_not_come_back_has_reported_is_added_up_and_if_it_does_the_rest() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        upkeep().look();
        assertThat(total()).isEqualTo("null folded, 5 reported");
        makeDue();
        upkeep().look();
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        count(sheet, 1, hour, 2);
        assertThat(writer.write(sheet)).isTrue();
        assertThat(total()).isEqualTo("5 folded, 2 reported");
        writer.settle(sheet);
        assertThat(total()).isEqualTo("7 folded, 0 reported");
    }

    @Test
    void after_ninety_two_days_a_source_is_closed_and_after_as_long_again_forgotten() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.write(sheet);
        schema.execute("UPDATE usage_source SET opened_at = now() - interval '93 days'");
        makeDue();
        upkeep().look();
        makeDue();
        upkeep().look();
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        assertThat(schema.query("SELECT count(*) FROM usage_report")).isEqualTo("0");
        assertThat(writer.write(copy(sheet, 16))).isFalse();
        schema.execute("UPDATE usage_source SET closed_at = now() - interval '93 days'");
        makeDue();
        upkeep().look();
        assertThat(schema.query("SELECT count(*) FROM usage_source")).isEqualTo("0");
    }

    @Test
    void what_a_newer_release_counts_goes_by_its_number_and_is_shown() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5, 200);
        writer.settle(sheet);
        assertThat(schema.query("SELECT outcome FROM usage_hour")).isEqualTo("outcome_200");
        var range = new UsageRange(now.minusSeconds(86_400), now.plusSeconds(1), UsageRange.Granularity.DAY);
        var organization = new OrganizationId("org_usage");
        var key = ApiKeyId.find(UsageKeys.id(1)).orElseThrow();
        try (var readers = new Database(schema.app(), 2)) {
            var shown = readers.read(
                    TenantContext.whole(new Actor.Job("test"), organization),
                    tx -> new UsageStore().count(tx, organization, key, range));
            assertThat(KeyUsage.of(key, range, shown).total().denied()).containsExactly(Map.entry("outcome_200", 5L));
        }
    }

    @Test
    void all_that_is_old_is_forgotten_and_what_is_not_stays() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 1);
        writer.settle(sheet);
        schema.execute("""
                INSERT INTO usage_hour (key_id, organization_id, hour, outcome, booked, owner_id, unit_id, billed_id, count, units)
                SELECT 'key_' || i, 'org_usage', now() - interval '36 days', 'allowed', now() - interval '36 days', 'o', 'o', 'o', 1, 1
                  FROM generate_series(1, 5000) AS i
                """);
        assertThat(upkeep().look()).isTrue();
        assertThat(total()).isEqualTo("1 folded, 0 reported");
    }

    @Test
    void a_total_that_no_number_could_hold_keeps_nobody_elses_from_being_added() {
        var first = sheet(16);
        count(first, 1, hour, 1);
        writer.settle(first);
        schema.execute("UPDATE usage_hour SET count = 9223372036854775807, units = 9223372036854775807");
        var second = Sheet.inMemory(16);
        second.begin("cd".repeat(16), now);
        count(second, 1, hour, 2);
        count(second, 2, hour, 3);
        assertThat(writer.settle(second)).isTrue();
        assertThat(schema.query("SELECT string_agg(count || ' ' || units, ', ' ORDER BY key_id) FROM usage_hour"))
                .isEqualTo("9223372036854775807 9223372036854775807, 3 3");
    }
}
