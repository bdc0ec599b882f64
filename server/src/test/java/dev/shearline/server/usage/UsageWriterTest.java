package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.util.List;
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
        return Sheet.inMemory(slots, SOURCE, now);
    }

    private static void count(Sheet sheet, int key, int at, int times) {
        var id = ApiKeyId.find(UsageKeys.id(key)).orElseThrow();
        for (int i = 0; i < times; i++) {
            sheet.table().raise(id.high(), id.low(), at, Outcome.ALLOWED.code(), CounterTable.COUNT, 1);
        }
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
        writer.settleLeftover(copy(sheet, 16));
        assertThat(total()).isEqualTo("7 folded, 0 reported");
    }

    /** The same counts under the same source, as from a file. */
    private Sheet copy(Sheet sheet, int slots) {
        var copy = sheet(slots);
        sheet.table().each((_, key, at, outcome, count, extra) -> {
            copy.table().raise(key.high(), key.low(), at, outcome, CounterTable.COUNT, count);
            copy.table().raise(key.high(), key.low(), at, outcome, CounterTable.EXTRA, extra);
        });
        return copy;
    }

    @Test
    void a_closed_source_takes_nothing_more() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 5);
        writer.settle(sheet);
        count(sheet, 1, hour, 3);
        writer.write(sheet);
        writer.settle(sheet);
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
        database.call(handle -> new UsageStore().fold(handle, SOURCE, 10));
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
                        writer.settleLeftover(sheet);
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
    void what_is_old_is_forgotten_and_what_is_not_stays() {
        var sheet = sheet(16);
        count(sheet, 1, hour, 1);
        writer.settle(sheet);
        writer.forget(now.minusSeconds(7_200), now.minusSeconds(7_200));
        assertThat(total()).isEqualTo("1 folded, 0 reported");
        writer.forget(now.plusSeconds(7_200), now.plusSeconds(7_200));
        assertThat(total()).isEqualTo("null folded, 0 reported");
        assertThat(schema.query("SELECT count(*) FROM usage_source")).isEqualTo("0");
    }
}
