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
    /** What the database has confirmed of each slot. */
    private final long[] counts;

    private final long[] extras;

    private String source = "";
    private Instant opened = Instant.EPOCH;
    private boolean known;
    private boolean closing;
    private int nextWritten;
    private volatile boolean damaged;

    private Sheet(CounterTable table, Optional<MemorySegment> header) {
        this.table = table;
        this.header = header;
        this.counts = new long[table.slots()];
        this.extras = new long[table.slots()];
    }

    /** Empty; nothing is counted before {@link #begin}. */
    static Sheet inMemory(int slots) {
        var memory = Arena.ofAuto().allocate((long) slots * CounterTable.SLOT_BYTES, Long.BYTES);
        var sheet = new Sheet(new CounterTable(memory, 0), Optional.empty());
        sheet.clear();
        return sheet;
    }

    /** In new bytes of a file, empty; nothing is counted before {@link #begin}. */
    static Sheet inFile(MemorySegment header, MemorySegment slots) {
        var sheet = new Sheet(new CounterTable(slots, 0), Optional.of(header));
        sheet.clear();
        return sheet;
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
        var sheet = new Sheet(new CounterTable(slots, generation), Optional.of(header));
        sheet.source =
                HexFormat.of().formatHex(header.asSlice(SOURCE, SOURCE_BYTES).toArray(ValueLayout.JAVA_BYTE));
        sheet.opened = Instant.ofEpochMilli((long) WORD.get(header, (long) OPENED));
        return Optional.of(sheet);
    }

    /** Forgets what it holds, which is elsewhere by now. Takes a while, unlike {@link #begin}. */
    void clear() {
        // void before the first slot changes: these counts are no longer those of the source
        markAs(VOID);
        table.empty(nextGeneration());
        Arrays.fill(counts, 0);
        Arrays.fill(extras, 0);
    }

    /** A new life of a cleared sheet, under a new source. */
    void begin(String newSource, Instant now) {
        int next = nextGeneration();
        header.ifPresent(bytes -> {
            MemorySegment.copy(
                    MemorySegment.ofArray(HexFormat.of().parseHex(newSource)), 0, bytes, SOURCE, SOURCE_BYTES);
            WORD.setVolatile(bytes, (long) OPENED, now.toEpochMilli());
            markAs(mark(bytes, next));
        });
        source = newSource;
        opened = now;
        known = false;
        closing = false;
        nextWritten = 0;
        // last: whoever has come late finds a header before there is anything to count in
        table.open(next);
    }

    private void markAs(long mark) {
        header.ifPresent(bytes -> {
            WORD.setVolatile(bytes, 0L, mark);
            if ((long) WORD.getVolatile(bytes, 0L) != mark) {
                throw new InternalError("the header of a usage file cannot be written");
            }
        });
    }

    private int nextGeneration() {
        return table.generation() % CounterTable.GENERATION_MAX + 1;
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

    /** Whether the database has been told of the source, and is not known to have forgotten it. */
    boolean isKnown() {
        return known;
    }

    void setKnown(boolean whether) {
        known = whether;
    }

    /** Whether its source was asked to be closed: then nobody else has, where it is. */
    boolean isClosing() {
        return closing;
    }

    void beginClosing() {
        closing = true;
    }

    /** Whether its memory could not be read or written: it is not counted in again. */
    boolean isDamaged() {
        return damaged;
    }

    void setDamaged() {
        damaged = true;
    }

    /** The slot at which the next round of writing begins, so that each gets its turn. */
    int nextWritten() {
        return nextWritten;
    }

    void writeNextFrom(int slot) {
        nextWritten = slot;
    }

    /** What is counted of a slot and not confirmed by the database. */
    long unwrittenCount(int slot, long count) {
        return count - counts[slot];
    }

    long unwrittenExtra(int slot, long extra) {
        return extra - extras[slot];
    }

    boolean isUnwritten(int slot, long count, long extra) {
        return counts[slot] != count || extras[slot] != extra;
    }

    void confirm(int slot, long count, long extra) {
        counts[slot] = count;
        extras[slot] = extra;
    }
}
