package dev.shearline.server.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Where is counted now. When a sheet is full, or its hour is over, the next one takes its place and the old one waits to be settled. Whoever
 * counts never waits for a disk: {@link Spares} has the next sheet ready. Where there is none, counts go to sheets in memory, which a kill
 * would lose.
 */
final class Tally {

    static final int MEMORY_SLOTS = 1 << 14;
    /** Beyond these, 48 MiB, nothing more is counted, which is counted. */
    static final int MEMORY_SHEETS_MAX = 64;

    static final long HOUR_MILLIS = 3_600_000;

    private final CounterFiles files;
    private final Supplier<String> sources;
    private final InstantSource clock;
    private final AtomicLong lost = new AtomicLong();
    private final Semaphore turns = new Semaphore(0);
    private final Deque<Sheet> spare = new ArrayDeque<>();
    private final Deque<Sheet> retired = new ArrayDeque<>();
    private int inMemory = 1;
    private boolean outOfMemory;
    private Instant turnedAt;
    private volatile Sheet current;

    /** @param sources makes a new name each time */
    Tally(CounterFiles files, Supplier<String> sources, InstantSource clock) {
        this.files = files;
        this.sources = sources;
        this.clock = clock;
        turnedAt = clock.instant();
        current = Sheet.inMemory(MEMORY_SLOTS);
        current.begin(sources.get(), turnedAt);
    }

    /** Never blocks but to turn the page. */
    void count(long keyHigh, int keyLow, Outcome outcome, int cost, long now) {
        int hour = (int) (now / HOUR_MILLIS);
        raise(keyHigh, keyLow, hour, outcome.code(), CounterTable.COUNT, 1);
        if (cost > 1) {
            raise(keyHigh, keyLow, hour, outcome.code(), CounterTable.EXTRA, cost - 1L);
        }
    }

    /** @param outcome its code */
    void raise(long keyHigh, int keyLow, int hour, int outcome, int word, long by) {
        var sheet = current;
        while (!isRaised(sheet, keyHigh, keyLow, hour, outcome, word, by)) {
            var next = after(sheet);
            if (next.isEmpty()) {
                lost.incrementAndGet();
                return;
            }
            sheet = next.get();
        }
    }

    private static boolean isRaised(Sheet sheet, long keyHigh, int keyLow, int hour, int outcome, int word, long by) {
        try {
            if (sheet.table().raise(keyHigh, keyLow, hour, outcome, word, by)) {
                return true;
            }
        } catch (InternalError e) {
            sheet.setDamaged();
        }
        // full, or sealed, or a page has a fault: then the JVM may still have to say so
        var _ = isSound(sheet, () -> {});
        return false;
    }

    /** False when the memory of the sheet has a fault, which it has for good then. */
    static boolean isSound(Sheet sheet, Runnable work) {
        try {
            try {
                work.run();
            } finally {
                CounterTable.awaitFault();
            }
            return true;
        } catch (InternalError e) {
            sheet.setDamaged();
            return false;
        }
    }

    private synchronized Optional<Sheet> after(Sheet full) {
        if (current != full) {
            return Optional.of(current);
        }
        if (!full.isDamaged() && hour(full.opened()) == hour(clock.instant())) {
            files.outgrow(full);
        }
        return turn() ? Optional.of(current) : Optional.empty();
    }

    /** The next sheet takes the place of this one; false when there may be no more. */
    private boolean turn() {
        var next = next();
        if (next.isEmpty()) {
            return false;
        }
        retired.add(current);
        current = next.get();
        turnedAt = clock.instant();
        wake();
        return true;
    }

    private Optional<Sheet> next() {
        while (!spare.isEmpty()) {
            var sheet = spare.remove();
            if (isSound(sheet, () -> sheet.begin(sources.get(), clock.instant()))) {
                return Optional.of(sheet);
            }
            files.release(sheet);
        }
        return inMemory < MEMORY_SHEETS_MAX && !outOfMemory ? oneInMemory() : Optional.empty();
    }

    private Optional<Sheet> oneInMemory() {
        try {
            var sheet = Sheet.inMemory(MEMORY_SLOTS);
            sheet.begin(sources.get(), clock.instant());
            inMemory++;
            return Optional.of(sheet);
        } catch (OutOfMemoryError e) {
            // an attempt waits for the collector: not again before something was given back
            outOfMemory = true;
            return Optional.empty();
        }
    }

    /** Waits until a page was turned, at most for so long. */
    void awaitTurn(Duration wait) throws InterruptedException {
        var _ = turns.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
        turns.drainPermits();
    }

    /** Ends a wait for a turn. */
    void wake() {
        turns.release();
    }

    /** Has the next sheet ready, in a file if the disk has room for one, and leaves memory for it. Takes as long as the disk does. */
    void prepare() {
        var more = lacksSpare() || files.isOutgrown() ? files.more() : List.<Sheet>of();
        synchronized (this) {
            more.forEach(spare::addFirst);
            if (!current.isInFile() && !spare.isEmpty()) {
                var _ = turn();
            }
        }
    }

    private synchronized boolean lacksSpare() {
        return spare.isEmpty();
    }

    /** Turns the page where the hour is over. While something waits to be settled it is not turned: a sheet may hold any hour. */
    synchronized void turnEachHour() {
        if (!spare.isEmpty() && retired.isEmpty() && hour(turnedAt) != hour(clock.instant())) {
            var _ = turn();
        }
    }

    private static long hour(Instant at) {
        return at.toEpochMilli() / HOUR_MILLIS;
    }

    /** Counts in this sheet no more, if it still does. */
    synchronized void leave(Sheet sheet) {
        if (current == sheet) {
            var _ = turn();
        }
    }

    /** No more is counted in what is waiting to be settled; the oldest first. */
    synchronized List<Sheet> retired() {
        return new ArrayList<>(retired);
    }

    Sheet current() {
        return current;
    }

    /** All that the sheet held is in the totals: it can be counted in again, unless it belongs to a file that is not needed any more. */
    void settled(Sheet sheet) {
        synchronized (this) {
            retired.remove(sheet);
            if (!sheet.isInFile()) {
                inMemory--;
                outOfMemory = false;
                return;
            }
        }
        // outside the lock: whoever counts may be waiting for it
        boolean again = !sheet.isDamaged() && isSound(sheet, sheet::clear) && files.keeps(sheet);
        if (again) {
            synchronized (this) {
                spare.addFirst(sheet);
            }
        } else {
            files.release(sheet);
        }
    }

    /** Everything that was counted waits to be settled; what comes now is in memory. False when there is no memory for it. */
    synchronized boolean end() {
        spare.clear();
        return turn();
    }

    boolean isInFile() {
        return current.isInFile();
    }

    /** Counts that there was no room for at all. */
    long lost() {
        return lost.get();
    }
}
