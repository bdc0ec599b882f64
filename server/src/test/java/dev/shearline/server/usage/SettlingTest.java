package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.TemporaryDirectory;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The way of counts to the totals, round by round. */
@Tag("storage")
class SettlingTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Settings.Usage SETTINGS = new Settings.Usage(1_024, Duration.ofDays(35), Duration.ofDays(1));

    private static TestSchema schema;
    private static NodeDatabase database;

    private TemporaryDirectory directory;
    private CounterFiles files;
    private Tally tally;
    private Settling settling;

    @BeforeAll
    static void start() {
        schema = TestSchema.create();
        UsageKeys.insert(schema, 100);
        database = new NodeDatabase(schema.node());
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void begin() {
        List.of("usage_hour", "usage_report", "usage_source").forEach(table -> schema.execute("DELETE FROM " + table));
        directory = TemporaryDirectory.make("shearline-settling");
        files = new CounterFiles(directory.path().resolve("usage"), SettlingTest::name, SETTINGS.counters());
        tally = new Tally(files, SettlingTest::name, InstantSource.system());
        var writer = new UsageWriter(database);
        var callers = new Callers(database, new KeyFormat(List.of("shl")));
        settling = new Settling(
                tally,
                files,
                writer,
                new UsageUpkeep(database, writer, callers, SETTINGS),
                callers,
                InstantSource.system());
    }

    @AfterEach
    void end() {
        files.close();
        directory.close();
    }

    private static String name() {
        return String.format("%032x", NUMBER.incrementAndGet());
    }

    private void count(int key, int times) {
        var id = ApiKeyId.find(UsageKeys.id(key)).orElseThrow();
        for (int i = 0; i < times; i++) {
            tally.count(id.high(), id.low(), Outcome.ALLOWED, 1, System.currentTimeMillis());
        }
    }

    private static String total() {
        return schema.query("SELECT coalesce(sum(count), 0) FROM usage_hour") + " folded, "
                + schema.query("SELECT coalesce(sum(count - folded), 0) FROM usage_report") + " reported";
    }

    @Test
    void a_sheet_that_cannot_be_settled_keeps_no_other_one_waiting() {
        tally.prepare();
        schema.execute("ALTER TABLE usage_report ADD CONSTRAINT broken CHECK (key_id <> '" + UsageKeys.id(1) + "')");
        try {
            count(1, 1);
            tally.leave(tally.current());
            count(2, 2);
            tally.leave(tally.current());
            count(3, 4);
            settling.step();
            assertThat(total()).isEqualTo("2 folded, 4 reported");
        } finally {
            schema.execute("ALTER TABLE usage_report DROP CONSTRAINT broken");
        }
        settling.step();
        assertThat(total()).isEqualTo("3 folded, 4 reported");
    }

    @Test
    void while_the_database_fails_counts_wait_for_it() {
        tally.prepare();
        count(1, 1);
        tally.leave(tally.current());
        count(1, 2);
        schema.execute("ALTER TABLE usage_hour RENAME TO away");
        settling.step();
        settling.step();
        schema.execute("ALTER TABLE away RENAME TO usage_hour");
        assertThat(total()).isEqualTo("0 folded, 3 reported");
        settling.step();
        assertThat(total()).isEqualTo("1 folded, 2 reported");
        settling.close();
        assertThat(total()).isEqualTo("3 folded, 0 reported");
        assertThat(directory.path().resolve("usage")).isEmptyDirectory();
    }

    @Test
    void with_a_database_that_fails_at_the_end_the_next_start_counts_what_was_left() {
        tally.prepare();
        count(1, 3);
        schema.execute("ALTER TABLE usage_hour RENAME TO away");
        settling.close();
        schema.execute("ALTER TABLE away RENAME TO usage_hour");
        assertThat(total()).isEqualTo("0 folded, 3 reported");
        new Leftovers(files.directory(), new UsageWriter(database)).take();
        assertThat(total()).isEqualTo("3 folded, 0 reported");
        assertThat(files.directory()).isEmptyDirectory();
    }

    @Test
    void where_a_copy_of_the_file_was_written_and_closed_the_rest_is_counted_on_in_another() throws IOException {
        tally.prepare();
        count(1, 5);
        settling.step();
        var copy = Files.createDirectory(directory.path().resolve("copy"));
        try (var found = Files.newDirectoryStream(files.directory())) {
            for (var file : found) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        new Leftovers(copy, new UsageWriter(database)).take();
        assertThat(total()).isEqualTo("5 folded, 0 reported");
        count(1, 3);
        try (var log = CapturedLog.of(Settling.class)) {
            settling.step();
            assertThat(log.events()).singleElement().asString().contains("copy of");
        }
        settling.step();
        assertThat(settling.moved()).isEqualTo(1);
        assertThat(total()).isEqualTo("5 folded, 3 reported");
        settling.close();
        assertThat(total()).isEqualTo("8 folded, 0 reported");
    }

    @Test
    void without_room_for_a_file_counts_are_in_memory_and_go_to_a_file_when_there_is_some() throws IOException {
        Files.createFile(files.directory());
        tally.prepare();
        count(1, 2);
        assertThat(tally.isInFile()).isFalse();
        settling.step();
        assertThat(total()).isEqualTo("0 folded, 2 reported");
        Files.delete(files.directory());
        tally.prepare();
        assertThat(tally.isInFile()).isTrue();
        count(1, 3);
        settling.step();
        assertThat(total()).isEqualTo("2 folded, 3 reported");
    }

    @Test
    void what_a_killed_process_had_not_made_to_the_end_is_deleted() throws IOException {
        tally.prepare();
        var unfinished = files.directory().resolve("half" + CounterFile.NEW_SUFFIX);
        Files.write(unfinished, new byte[100]);
        settling.step();
        assertThat(unfinished).doesNotExist();
    }
}
