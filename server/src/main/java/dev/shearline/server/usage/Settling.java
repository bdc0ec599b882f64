package dev.shearline.server.usage;

import dev.shearline.server.db.DatabaseUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that takes counts to the database: each {@link #INTERVAL} what has changed, or a part of it where that is much; after an hour
 * what it has counted for good; and what others have left. Whatever fails is tried again, and keeps nothing else waiting; meanwhile counting
 * goes on.
 */
final class Settling implements AutoCloseable {

    /** A count is in the database at most 5 s later, with room for the write, and of {@link UsageWriter#MANY} a minute later. */
    static final Duration INTERVAL = Duration.ofSeconds(3);
    /** Between two statements of many. */
    private static final Duration BREATH = Duration.ofMillis(50);
    /** How often is looked for what others have left, and for what nobody needs. */
    static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);

    private static final Duration STOP_WAIT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    private final Tally tally;
    private final CounterFiles files;
    private final UsageWriter roundWriter;
    private final UsageWriter settlingWriter;
    private final Leftovers leftovers;
    private final UsageUpkeep upkeep;
    private final Callers callers;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("usage").daemon().unstarted(this::run);
    private final AtomicLong moved = new AtomicLong();
    private long roundNanos = System.nanoTime();
    private boolean failing;
    private boolean failed;
    private boolean databaseAway;
    private Instant lookedAt = Instant.EPOCH;
    private volatile long writtenNanos = System.nanoTime();

    Settling(
            Tally tally,
            CounterFiles files,
            UsageWriter writer,
            UsageUpkeep upkeep,
            Callers callers,
            InstantSource clock) {
        this.tally = tally;
        this.files = files;
        this.roundWriter = writer.breathing(this::breathe);
        this.settlingWriter = writer.breathing(this::rest);
        this.leftovers = new Leftovers(files.directory(), writer);
        this.upkeep = upkeep;
        this.callers = callers;
        this.clock = clock;
    }

    void start() {
        thread.start();
    }

    Duration sinceWritten() {
        return Duration.ofNanos(System.nanoTime() - writtenNanos);
    }

    /** Sheets whose source somebody else had closed. */
    long moved() {
        return moved.get();
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One round; what fails is left for the next. */
    void step() {
        failed = false;
        databaseAway = false;
        tally.turnEachHour();
        writeAll();
        if (Duration.between(lookedAt, clock.instant()).abs().compareTo(LOOK_INTERVAL) >= 0) {
            attempt(leftovers::take);
            attempt(() -> {
                if (upkeep.look()) {
                    lookedAt = clock.instant();
                }
            });
        }
        // last: they keep nothing from being counted
        attempt(callers::write);
        failing = failed;
    }

    /** What is counted in now comes first, so that all of it is there within seconds however much there is to settle. */
    private void writeAll() {
        attempt(this::writeCurrent);
        for (var sheet : tally.retired()) {
            attempt(() -> settle(sheet));
        }
        markWritten();
    }

    private void markWritten() {
        if (!failed) {
            writtenNanos = System.nanoTime();
        }
    }

    private void attempt(Runnable work) {
        if (databaseAway) {
            return;
        }
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            databaseAway = e instanceof DatabaseUnavailableException;
            if (!failing && !failed) {
                log.warn("what was counted cannot be written now, and is kept: {}", e.toString());
            }
            failed = true;
        }
    }

    private void writeCurrent() {
        var sheet = tally.current();
        try {
            if (!Tally.isSound(sheet, () -> leaveClosed(sheet)) || sheet.isDamaged()) {
                tally.leave(sheet);
            }
        } finally {
            // its end: what is settled comes on between two rounds, however long each takes
            roundNanos = System.nanoTime();
        }
    }

    private void leaveClosed(Sheet sheet) {
        if (!roundWriter.write(sheet)) {
            tally.leave(sheet);
        }
    }

    private void breathe() {
        try {
            var _ = closing.await(BREATH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One sheet may take minutes, and what is counted meanwhile has its rounds. Where several wait there is no time for a rest. */
    private void rest() {
        if (tally.retired().size() == 1) {
            breathe();
        }
        if (System.nanoTime() - roundNanos > INTERVAL.toNanos()) {
            attempt(this::writeCurrent);
            markWritten();
        }
    }

    private void settle(Sheet sheet) {
        // what cannot be sealed cannot be counted in either
        var _ = Tally.isSound(sheet, sheet.table()::seal);
        if (!Tally.isSound(sheet, () -> settleSealed(sheet))) {
            log.error(
                    "a usage file cannot be read from its disk: at most what was counted in the last minute before is lost, look after {}",
                    files.directory());
            settlingWriter.settleWritten(sheet);
        }
        tally.settled(sheet);
    }

    private void settleSealed(Sheet sheet) {
        if (!settlingWriter.settle(sheet)) {
            move(sheet);
            moved.incrementAndGet();
            log.error(
                    "somebody else has written the usage file of this process, and closed it: is there a copy of {} in use? What"
                            + " was not written yet is counted on in another file",
                    files.directory());
        }
    }

    /** What the database has not confirmed is counted anew, under another source. */
    private void move(Sheet sheet) {
        sheet.table().each((slot, key, hour, outcome, count, extra) -> {
            long more = sheet.unwrittenCount(slot, count);
            long moreExtra = sheet.unwrittenExtra(slot, extra);
            if (more > 0) {
                tally.raise(key.high(), key.low(), hour, outcome, CounterTable.COUNT, more);
            }
            if (moreExtra > 0) {
                tally.raise(key.high(), key.low(), hour, outcome, CounterTable.EXTRA, moreExtra);
            }
        });
    }

    /** All that was counted becomes final; a database that is away finds it in the file, at the next start. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean ended = tally.end();
        if (thread.isAlive()) {
            log.warn("PostgreSQL does not answer: what was counted last is kept for the next start");
            files.close();
            return;
        }
        failed = false;
        databaseAway = false;
        writeAll();
        attempt(callers::write);
        if (ended && !failed) {
            files.delete();
        } else {
            log.warn("what was counted last is kept for the next start");
            files.close();
        }
    }
}
