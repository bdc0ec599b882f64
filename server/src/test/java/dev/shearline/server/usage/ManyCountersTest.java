package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.TemporaryDirectory;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More keys in use than can be written every few seconds, or than a file has room for. */
class ManyCountersTest {

    private static final int KEYS = 3 * UsageWriter.MANY;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static String name() {
        return String.format("%032x", NUMBER.incrementAndGet());
    }

    @Test
    void each_of_many_keys_is_written_in_its_turn_however_often_the_first_ones_are_used() {
        var schema = TestSchema.create();
        UsageKeys.insert(schema, KEYS);
        var sheet = Sheet.inMemory(1 << 16);
        sheet.begin(name(), Instant.now());
        try (var database = new NodeDatabase(schema.node())) {
            var writer = new UsageWriter(database);
            for (int round = 1; round <= UsageWriter.ROUNDS_OF_MANY; round++) {
                // those that were written are used again
                for (int key = 0; key < KEYS; key++) {
                    var id = ApiKeyId.find(UsageKeys.id(key)).orElseThrow();
                    sheet.table().raise(id.high(), id.low(), 500_000, 0, CounterTable.COUNT, 1);
                }
                assertThat(writer.write(sheet)).isTrue();
                assertThat(schema.query("SELECT count(*) FROM usage_report"))
                        .isEqualTo(String.valueOf(round * KEYS / UsageWriter.ROUNDS_OF_MANY));
            }
            assertThat(schema.query("SELECT min(count) FROM usage_report")).isEqualTo("1");
            assertThat(writer.settle(sheet)).isTrue();
            assertThat(schema.query("SELECT count(*) || ' ' || min(count) || ' ' || sum(count) FROM usage_hour"))
                    .isEqualTo(
                            "%d %d %d".formatted(KEYS, UsageWriter.ROUNDS_OF_MANY, KEYS * UsageWriter.ROUNDS_OF_MANY));
        }
    }

    @Test
    void a_file_that_an_hour_fills_is_followed_by_a_larger_one_which_stays() {
        try (var directory = TemporaryDirectory.make("shearline-many")) {
            int slots = 2 * CounterFiles.FURTHER_SLOTS;
            var files = new CounterFiles(directory.path(), ManyCountersTest::name, slots);
            var tally = new Tally(files, ManyCountersTest::name, InstantSource.fixed(Instant.now()));
            tally.prepare();
            int key = 0;
            var first = tally.current();
            while (tally.current() == first) {
                tally.raise(++key, 0, 500_000, 0, CounterTable.COUNT, 1);
            }
            assertThat(tally.current().table().slots())
                    .as("the other half of the file")
                    .isEqualTo(slots);
            tally.prepare();
            tally.leave(tally.current());
            var larger = tally.current();
            assertThat(larger.table().slots()).isEqualTo(4 * slots);
            tally.retired().forEach(tally::settled);
            assertThat(CounterFile.findOthers(directory.path())).isEmpty();
            assertThat(directory.path().toFile().list())
                    .as("the first file is gone")
                    .hasSize(1);
            assertThat(files.keeps(larger)).isTrue();
            files.delete();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
