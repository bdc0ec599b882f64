package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shearline.server.testing.SmallDisk;
import dev.shearline.server.testing.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where is counted, as sheets fill up and disks have no room. */
class TallyTest {

    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final int SLOTS = 16;

    private final AtomicInteger number = new AtomicInteger();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private TemporaryDirectory directory;

    @BeforeEach
    void make() {
        directory = TemporaryDirectory.make("shearline-tally");
    }

    @AfterEach
    void delete() {
        directory.close();
    }

    private String name() {
        return String.format("%032x", number.incrementAndGet());
    }

    private Tally tally(CounterFiles files) {
        return new Tally(files, this::name, now::get);
    }

    private CounterFiles files(Path at, int slots) {
        return new CounterFiles(at, this::name, slots);
    }

    private static void count(Tally tally, int from, int to) {
        for (int key = from; key < to; key++) {
            tally.count(key, 7, Outcome.ALLOWED, 1, NOON.toEpochMilli());
        }
    }

    private static int filesIn(Path path) throws IOException {
        try (Stream<Path> found = Files.list(path)) {
            return (int) found.count();
        }
    }

    private static long settle(Tally tally) {
        var sum = new AtomicInteger();
        for (var sheet : tally.retired()) {
            var _ = Tally.isSound(sheet, sheet.table()::seal);
            sheet.table().each((_, _, _, _, count, _) -> sum.addAndGet((int) count));
            tally.settled(sheet);
        }
        return sum.get();
    }

    @Test
    void whoever_counts_makes_no_file_and_goes_to_memory_where_none_is_ready() throws IOException {
        var files = files(directory.path(), SLOTS);
        var tally = tally(files);
        tally.prepare();
        assertThat(filesIn(directory.path())).isEqualTo(1);
        count(tally, 0, 2 * SLOTS);
        assertThat(tally.isInFile()).isTrue();
        count(tally, 2 * SLOTS, 3 * SLOTS);
        assertThat(tally.isInFile()).isFalse();
        assertThat(filesIn(directory.path())).isEqualTo(1);
        tally.prepare();
        assertThat(tally.isInFile()).isTrue();
        assertThat(filesIn(directory.path())).isEqualTo(2);
        assertThat(tally.end()).isTrue();
        assertThat(settle(tally)).isEqualTo(3 * SLOTS);
        files.delete();
    }

    @Test
    void further_files_go_when_what_they_held_is_settled() throws IOException {
        var files = files(directory.path(), SLOTS);
        var tally = tally(files);
        for (int i = 0; i < 10; i++) {
            tally.prepare();
            count(tally, i * SLOTS, (i + 1) * SLOTS);
        }
        assertThat(filesIn(directory.path())).isEqualTo(5);
        long settled = settle(tally);
        tally.prepare();
        // the last sheet of a further one is still counted in
        assertThat(filesIn(directory.path())).isEqualTo(2);
        tally.leave(tally.current());
        assertThat(settled + settle(tally)).isEqualTo(10 * SLOTS);
        assertThat(filesIn(directory.path())).isEqualTo(1);
        files.delete();
        assertThat(directory.path()).isEmptyDirectory();
    }

    @Test
    void the_page_is_turned_once_when_the_hour_is_over_and_not_while_something_waits() {
        var files = files(directory.path(), SLOTS);
        var tally = tally(files);
        tally.prepare();
        assertThat(settle(tally)).isZero();
        var first = tally.current();
        tally.turnEachHour();
        assertThat(tally.current()).isSameAs(first);
        now.set(NOON.plus(Duration.ofHours(1)));
        tally.turnEachHour();
        var second = tally.current();
        assertThat(second).isNotSameAs(first);
        assertThat(second.opened()).isEqualTo(now.get());
        tally.turnEachHour();
        assertThat(tally.current()).isSameAs(second);
        now.set(NOON.plus(Duration.ofHours(2)));
        tally.prepare();
        tally.turnEachHour();
        assertThat(tally.current()).as("the first one waits").isSameAs(second);
        files.close();
    }

    @Test
    void beyond_the_sheets_of_memory_it_says_what_it_cannot_count() throws IOException {
        var nowhere = Files.createFile(directory.path().resolve("usage"));
        var tally = tally(files(nowhere, SLOTS));
        tally.prepare();
        int key = 0;
        while (tally.lost() == 0) {
            count(tally, key, ++key);
        }
        assertThat(tally.retired()).hasSize(Tally.MEMORY_SHEETS_MAX - 1);
        assertThat(key - 1).isGreaterThan(Tally.MEMORY_SHEETS_MAX * Tally.MEMORY_SLOTS / 2);
        long settled = settle(tally);
        count(tally, key, key + 1);
        assertThat(tally.lost()).isEqualTo(1);
        tally.leave(tally.current());
        assertThat(settled + settle(tally)).isEqualTo(key);
    }

    @Test
    void no_file_is_begun_that_would_take_the_last_of_a_disk() throws IOException {
        try (var disk = SmallDisk.mount("size=1m")) {
            // half a megabyte, and a bit more
            var files = files(disk.root(), 8_192);
            var tally = tally(files);
            tally.prepare();
            assertThat(tally.isInFile()).isFalse();
            assertThat(filesIn(disk.root())).isZero();
        }
    }

    /** A disk that gives a file its blocks only as they are written, and then has none. */
    @Test
    void a_page_that_the_disk_has_no_room_for_sends_counts_to_memory_and_no_error_to_who_counts() throws Exception {
        try (var disk = SmallDisk.mount("size=1m")) {
            var files = files(disk.root(), 1_024);
            var tally = tally(files);
            tally.prepare();
            // compiled by now
            for (int i = 0; i < 20_000; i++) {
                count(tally, 0, 10);
            }
            try (Stream<Path> found = Files.list(disk.root())) {
                takeBlocks(found.findFirst().orElseThrow());
            }
            disk.fill();
            for (int i = 0; i < 100; i++) {
                count(tally, 0, 10);
            }
            assertThat(tally.isInFile()).isFalse();
            var counted = new AtomicInteger();
            tally.current().table().each((_, _, _, _, count, _) -> counted.addAndGet((int) count));
            assertThat(counted.get()).isEqualTo(1_000);
            var damaged = tally.retired().getLast();
            assertThat(damaged.isDamaged()).isTrue();
            tally.settled(damaged);
            tally.prepare();
            assertThat(tally.isInFile()).isFalse();
            disk.free();
            tally.prepare();
            assertThat(tally.isInFile()).isTrue();
            assertThat(tally.lost()).isZero();
            files.delete();
        }
    }

    private static void takeBlocks(Path file) throws IOException, InterruptedException {
        var command = new ProcessBuilder(
                "fallocate",
                "--punch-hole",
                "--offset",
                "0",
                "--length",
                Long.toString(Files.size(file)),
                file.toString());
        assumeTrue(command.inheritIO().start().waitFor() == 0, "blocks cannot be taken from a file here");
    }
}
