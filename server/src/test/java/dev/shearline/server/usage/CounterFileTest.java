package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.TemporaryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CounterFileTest {

    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final String SOURCE = "ab".repeat(16);
    private static final int SLOTS = 64;
    private static final int FIRST_HEADER = CounterFile.HEADER_BYTES;
    private static final int SECOND_HEADER =
            CounterFile.HEADER_BYTES + Sheet.HEADER_BYTES + SLOTS * CounterTable.SLOT_BYTES;

    private TemporaryDirectory directory;

    @BeforeEach
    void make() {
        directory = TemporaryDirectory.make("shearline-counters");
    }

    @AfterEach
    void delete() {
        directory.close();
    }

    /** A file as a killed process leaves it: three counted under the first source, one under the second. */
    private Path left() throws IOException {
        try (var file = CounterFile.create(directory.path(), "one", SLOTS)) {
            var first = file.sheets().getFirst();
            var second = file.sheets().getLast();
            first.begin(SOURCE, NOON);
            second.begin("cd".repeat(16), NOON);
            for (int i = 0; i < 3; i++) {
                first.table().raise(1, 2, 3, Outcome.ALLOWED.code(), CounterTable.COUNT, 1);
            }
            second.table().raise(1, 2, 3, Outcome.ALLOWED.code(), CounterTable.COUNT, 1);
            return file.path();
        }
    }

    private static CounterFile.Leftover taken(Path file) throws IOException {
        return CounterFile.takeOver(file).orElseThrow();
    }

    private static String counted(Sheet sheet) {
        var text = new StringBuilder(sheet.source() + " " + sheet.opened());
        sheet.table()
                .each((_, key, hour, outcome, count, extra) -> text.append(
                        " %d:%d %d %d %d %d".formatted(key.high(), key.low(), hour, outcome, count, extra)));
        return text.toString();
    }

    private static void damage(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x55}), at);
        }
    }

    @Test
    void what_a_process_leaves_is_what_it_has_counted() throws IOException {
        var leftover = taken(left());

        assertThat(leftover.fault()).isEmpty();
        assertThat(leftover.file().sheets())
                .extracting(CounterFileTest::counted)
                .containsExactly(
                        SOURCE + " 2030-01-01T12:00:00Z 1:2 3 1 3 0",
                        "cd".repeat(16) + " 2030-01-01T12:00:00Z 1:2 3 1 1 0");
        leftover.file().close();
    }

    @Test
    void sheets_that_have_not_begun_hold_nothing() throws IOException {
        Path path;
        try (var file = CounterFile.create(directory.path(), "one", SLOTS)) {
            path = file.path();
        }
        var leftover = taken(path);

        assertThat(leftover.fault()).isEmpty();
        assertThat(leftover.file().sheets()).isEmpty();
        leftover.file().close();
    }

    @Test
    void every_byte_of_the_file_is_there_before_it_is_used() throws IOException {
        try (var file = CounterFile.create(directory.path(), "one", SLOTS)) {
            assertThat(Files.size(file.path()))
                    .isEqualTo(CounterFile.HEADER_BYTES + 2L * (Sheet.HEADER_BYTES + SLOTS * CounterTable.SLOT_BYTES));
        }
    }

    @Test
    void what_somebody_holds_is_left_alone() throws IOException {
        try (var file = CounterFile.create(directory.path(), "one", SLOTS)) {
            assertThat(CounterFile.findOthers(directory.path())).isEmpty();
            assertThat(CounterFile.takeOver(file.path())).isEmpty();
        }
        var path = directory.path().toRealPath().resolve("one" + CounterFile.SUFFIX);
        assertThat(CounterFile.findOthers(directory.path())).containsExactly(path);
        var first = taken(path);
        assertThat(CounterFile.takeOver(path)).isEmpty();
        first.file().delete();
        assertThat(CounterFile.takeOver(path)).isEmpty();
    }

    @Test
    void a_sheet_with_a_damaged_header_is_not_believed_and_the_other_one_is() throws IOException {
        var path = left();
        for (long at : new long[] {SECOND_HEADER + 1, SECOND_HEADER + 9, SECOND_HEADER + 20}) {
            damage(path, at);
            var leftover = taken(path);

            assertThat(leftover.fault())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("checksum"));
            assertThat(leftover.file().sheets()).extracting(Sheet::source).containsExactly(SOURCE);
            leftover.file().close();
        }
        damage(path, FIRST_HEADER + 16);
        var leftover = taken(path);
        assertThat(leftover.file().sheets()).isEmpty();
        leftover.file().close();
    }

    @Test
    void a_slot_that_does_not_prove_what_it_is_counts_nothing() throws IOException {
        var path = left();
        var bytes = Files.readAllBytes(path);
        for (int at = FIRST_HEADER + Sheet.HEADER_BYTES; at < SECOND_HEADER; at++) {
            // the outcome of the one slot that is taken
            if ((at & 31) == 9 && bytes[at] != 0 && bytes[at + 7] != 0) {
                damage(path, at);
            }
        }
        var leftover = taken(path);
        assertThat(counted(leftover.file().sheets().getFirst())).isEqualTo(SOURCE + " 2030-01-01T12:00:00Z");
        leftover.file().close();
    }

    @Test
    void a_file_that_is_none_is_set_aside_and_kept() throws IOException {
        for (int at : new int[] {0, 8, 12}) {
            var path = left();
            damage(path, at);
            var leftover = taken(path);
            assertThat(leftover.fault()).isPresent();
            assertThat(leftover.file().sheets()).isEmpty();
            var aside = leftover.file().setAside();
            assertThat(aside).exists().hasFileName("one" + CounterFile.ASIDE_SUFFIX);
            assertThat(CounterFile.findOthers(directory.path())).isEmpty();
        }
    }

    @Test
    void a_file_that_was_cut_off_is_not_believed() throws IOException {
        var path = left();
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(CounterFile.HEADER_BYTES + 100);
        }
        var leftover = taken(path);
        assertThat(leftover.fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("long"));
        leftover.file().close();
    }
}
