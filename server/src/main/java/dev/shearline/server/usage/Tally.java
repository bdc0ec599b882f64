package dev.shearline.server.usage;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Where is counted now. When a sheet is full, or its hour is over, the next one takes its place and the old one waits to be settled. Where a
 * disk has no room for one more, counts go to sheets in memory, which a kill would lose.
 */
final class Tally {

    static final int MEMORY_SLOTS = 1 << 14;
    /** Beyond these, 1 GiB, nothing more is counted, which is counted. */
    static final int MEMORY_SHEETS_MAX = 2_048;

    static final long HOUR_MILLIS = 3_600_000;

    private final CounterFiles files;
    private final Supplier<String> sources;
    private final InstantSource clock;
    private final AtomicLong lost = new AtomicLong();
    private final Deque<Sheet> spare = new ArrayDeque<>();
    private final Deque<Sheet> retired = new ArrayDeque<>();
    private int inMemory = 1;
    private volatile Sheet current;

    /** @param sources makes a new name each time */
    Tally(CounterFiles files, Supplier<String> sources, InstantSource clock) {
        this.files = files;
        this.sources = sources;
        this.clock = clock;
        this.current = Sheet.inMemory(MEMORY_SLOTS, sources.get(), Instant.EPOCH);
    }

    /** Never blocks but to turn the page. */
    void count(long keyHigh, int keyLow, Outcome outcome, int cost, long now) {
        int hour = (int) (now / HOUR_MILLIS);
        raise(keyHigh, keyLow, hour, outcome, CounterTable.COUNT, 1);
        if (cost > 1) {
            raise(keyHigh, keyLow, hour, outcome, CounterTable.EXTRA, cost - 1L);
        }
    }

    private void raise(long keyHigh, int keyLow, int hour, Outcome outcome, int word, long by) {
        var sheet = current;
        while (!sheet.table().raise(keyHigh, keyLow, hour, outcome.code(), word, by)) {
            var next = after(sheet);
            if (next.isEmpty()) {
                lost.incrementAndGet();
                return;
            }
            sheet = next.get();
        }
    }

    private synchronized Optional<Sheet> after(Sheet full) {
        if (current == full) {
            prepare();
            if (!turn()) {
                return Optional.empty();
            }
        }
        return Optional.of(current);
    }

    /** Has a sheet of a file ready, if the disk has room for one: it is small enough to be waited for. */
    private void prepare() {
        if (spare.isEmpty()) {
            files.more().forEach(this::begin);
        }
    }

    private void begin(Sheet sheet) {
        sheet.begin(sources.get(), clock.instant());
        spare.add(sheet);
    }

    /** The next sheet takes the place of this one; false when there may be no more. */
    private boolean turn() {
        if (spare.isEmpty() && inMemory == MEMORY_SHEETS_MAX) {
            return false;
        }
        retired.add(current);
        if (spare.isEmpty()) {
            inMemory++;
            current = Sheet.inMemory(MEMORY_SLOTS, sources.get(), clock.instant());
        } else {
            current = spare.remove();
        }
        return true;
    }

    /** Counts in a file from now on, if there can be one. */
    synchronized void leaveMemory() {
        if (!current.isInFile()) {
            prepare();
            if (!spare.isEmpty()) {
                var _ = turn();
            }
        }
    }

    /** Turns the page where the hour is over and the next one is ready. */
    synchronized void turnEachHour() {
        if (!spare.isEmpty() && hour(current.opened()) != hour(clock.instant())) {
            var _ = turn();
        }
    }

    private static long hour(Instant at) {
        return at.toEpochMilli() / HOUR_MILLIS;
    }

    /** No more is counted in what is waiting to be settled; the oldest first. */
    synchronized List<Sheet> retired() {
        return new ArrayList<>(retired);
    }

    Sheet current() {
        return current;
    }

    /** All that the sheet held is in the totals: it can be counted in again. */
    synchronized void settled(Sheet sheet) {
        retired.remove(sheet);
        if (sheet.isInFile()) {
            begin(sheet);
        } else {
            inMemory--;
        }
    }

    /** Everything that was counted waits to be settled; what comes now is in memory. */
    synchronized void end() {
        spare.clear();
        var _ = turn();
    }

    boolean isInFile() {
        return current.isInFile();
    }

    /** Verifications that could not be counted at all. */
    long lost() {
        return lost.get();
    }
}
