package dev.shearline.server.usage;

import dev.shearline.server.config.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that takes counts to the database: each {@link #INTERVAL} what has changed, after an hour what it has counted for good, and what
 * dead processes have left in the directory. Whatever fails is tried again; meanwhile counting goes on.
 */
final class Settling implements AutoCloseable {

    /** A count is in the database at most 5 s later, with room for the write. */
    static final Duration INTERVAL = Duration.ofSeconds(3);
    /** How often is looked for what others have left, and for what nobody needs. */
    static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);
    /** For how long the database remembers that a source is closed. A file that is older than that is not believed. */
    static final Duration SOURCES_KEPT = Duration.ofDays(90);

    private static final Duration MARGIN = Duration.ofDays(2);
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    private final Tally tally;
    private final CounterFiles files;
    private final Settings.Usage settings;
    private final UsageWriter writer;
    private final Callers callers;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("usage").daemon().unstarted(this::run);
    private boolean failing;
    private Instant lookedAt = Instant.EPOCH;
    private volatile long writtenNanos = System.nanoTime();

    Settling(
            Tally tally,
            CounterFiles files,
            Settings.Usage settings,
            UsageWriter writer,
            Callers callers,
            InstantSource clock) {
        this.tally = tally;
        this.files = files;
        this.settings = settings;
        this.writer = writer;
        this.callers = callers;
        this.clock = clock;
    }

    /** From here on counts survive a kill, if the disk has room. */
    void start() {
        tally.leaveMemory();
        thread.start();
    }

    Duration sinceWritten() {
        return Duration.ofNanos(System.nanoTime() - writtenNanos);
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
        try {
            tally.leaveMemory();
            tally.turnEachHour();
            write();
            if (Duration.between(lookedAt, clock.instant()).abs().compareTo(LOOK_INTERVAL) >= 0) {
                takeLeftovers();
                writer.forget(
                        clock.instant().minus(settings.retention()).truncatedTo(ChronoUnit.HOURS),
                        clock.instant().minus(SOURCES_KEPT.plus(MARGIN)));
                callers.forget(clock.instant().minus(settings.callerRetention()));
                lookedAt = clock.instant();
            }
            // last: they keep nothing from being counted
            callers.write();
            failing = false;
        } catch (RuntimeException | Error e) {
            if (!failing) {
                log.warn("what was counted cannot be written now, and is kept: {}", e.getMessage());
            }
            failing = true;
        }
    }

    private void write() {
        for (var sheet : tally.retired()) {
            sheet.table().seal();
            writer.settle(sheet);
            tally.settled(sheet);
        }
        writer.write(tally.current());
        writtenNanos = System.nanoTime();
    }

    private void takeLeftovers() {
        try {
            for (var path : CounterFile.findOthers(files.directory())) {
                var leftover = CounterFile.takeOver(path);
                if (leftover.isPresent()) {
                    take(leftover.get());
                }
            }
        } catch (IOException e) {
            log.warn("what other processes have counted in {} cannot be read now: {}", files.directory(), e.toString());
        }
    }

    private void take(CounterFile.Leftover leftover) throws IOException {
        boolean done = false;
        try {
            var oldest = clock.instant().minus(SOURCES_KEPT);
            var fault = leftover.fault();
            for (var sheet : leftover.file().sheets()) {
                if (sheet.opened().isBefore(oldest)) {
                    fault = Optional.of("it is older than " + SOURCES_KEPT.toDays()
                            + " days, and nobody remembers what of it was counted already");
                } else {
                    writer.settleLeftover(sheet);
                }
            }
            done = true;
            if (fault.isPresent()) {
                var aside = leftover.file().setAside();
                log.error(
                        "the usage file {} cannot be counted whole: {}. It was kept as {}",
                        leftover.file().path(),
                        fault.get(),
                        aside);
            } else {
                leftover.file().delete();
            }
        } finally {
            if (!done) {
                // whoever looks next finds it as it is: what was written of it is written again
                leftover.file().close();
            }
        }
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
        tally.end();
        if (thread.isAlive()) {
            log.warn("PostgreSQL does not answer: what was counted last is kept for the next start");
            files.close();
            return;
        }
        try {
            write();
            files.delete();
            callers.write();
        } catch (RuntimeException e) {
            log.warn("what was counted last is kept for the next start: {}", e.getMessage());
            files.close();
        }
    }
}
