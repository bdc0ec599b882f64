package dev.shearline.server.usage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A table of counters in one of its lives, under the name of a source: what a source reports is added up once, when its sheet is sealed. A
 * sheet lies in a file, behind a header that says whose it is, or in memory alone.
 *
 * <p>The header becomes valid, and void, by one store of its first word: a kill between any two instructions leaves one or the other.
 */
final class Sheet {

    static final int HEADER_BYTES = 4096;
    static final int SOURCE_BYTES = 16;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final int OPENED = 8;
    private static final int SOURCE = 16;
    private static final long VOID = 0;

    private final CounterTable table;
    private final Optional<MemorySegment> header;
    /** What was written of each slot last. */
    private final long[] written;

    private String source;
    private Instant opened;
    private boolean known;

    private Sheet(CounterTable table, Optional<MemorySegment> header, String source, Instant opened) {
        this.table = table;
        this.header = header;
        this.source = source;
        this.opened = opened;
        this.written = new long[table.slots()];
    }

    static Sheet inMemory(int slots, String source, Instant now) {
        var table = new CounterTable(Arena.ofAuto().allocate((long) slots * CounterTable.SLOT_BYTES, Long.BYTES), 0);
        table.empty(1);
        table.open(1);
        return new Sheet(table, Optional.empty(), source, now);
    }

    /** In new bytes of a file; nothing is counted before {@link #begin}. */
    static Sheet inFile(MemorySegment header, MemorySegment slots) {
        return new Sheet(new CounterTable(slots, 0), Optional.of(header), "", Instant.EPOCH);
    }

    /** What a dead process has left: empty where nothing had begun. */
    static Optional<Sheet> left(MemorySegment header, MemorySegment slots) throws DamagedFileException {
        long mark = (long) WORD.getAcquire(header, 0L);
        if (mark == VOID) {
            return Optional.empty();
        }
        int generation = (int) mark;
        if (mark != mark(header, generation) || generation < 1 || generation > CounterTable.GENERATION_MAX) {
            throw new DamagedFileException("the header of a sheet does not have its checksum");
        }
        var source =
                HexFormat.of().formatHex(header.asSlice(SOURCE, SOURCE_BYTES).toArray(ValueLayout.JAVA_BYTE));
        var opened = Instant.ofEpochMilli((long) WORD.get(header, (long) OPENED));
        return Optional.of(new Sheet(new CounterTable(slots, generation), Optional.of(header), source, opened));
    }

    /** A new life under a new source. */
    void begin(String newSource, Instant now) {
        int next = table.generation() % CounterTable.GENERATION_MAX + 1;
        // void before the first slot changes: these counts are no longer those of the source before
        header.ifPresent(bytes -> WORD.setVolatile(bytes, 0L, VOID));
        table.empty(next);
        header.ifPresent(bytes -> {
            MemorySegment.copy(
                    MemorySegment.ofArray(HexFormat.of().parseHex(newSource)), 0, bytes, SOURCE, SOURCE_BYTES);
            WORD.setVolatile(bytes, (long) OPENED, now.toEpochMilli());
            WORD.setVolatile(bytes, 0L, mark(bytes, next));
        });
        source = newSource;
        opened = now;
        known = false;
        Arrays.fill(written, 0);
        // last: whoever has come late finds a header before there is anything to count in
        table.open(next);
    }

    private static long mark(MemorySegment header, int generation) {
        var crc = new CRC32C();
        crc.update(header.asSlice(OPENED, SOURCE + SOURCE_BYTES - OPENED).toArray(ValueLayout.JAVA_BYTE));
        crc.update(Integer.toString(generation).getBytes(StandardCharsets.US_ASCII));
        return crc.getValue() << Integer.SIZE | generation;
    }

    CounterTable table() {
        return table;
    }

    boolean isInFile() {
        return header.isPresent();
    }

    String source() {
        return source;
    }

    Instant opened() {
        return opened;
    }

    /** Whether the database has been told of the source. */
    boolean isKnown() {
        return known;
    }

    void becomeKnown() {
        known = true;
    }

    /** What was written of a slot: its count and its extra units, which both only grow, added up. */
    long written(int slot) {
        return written[slot];
    }

    void write(int slot, long sum) {
        written[slot] = sum;
    }
}
