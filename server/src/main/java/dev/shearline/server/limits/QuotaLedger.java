package dev.shearline.server.limits;

import dev.shearline.server.db.NodeDatabase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used of quotas, in the database: each second a node adds what it has granted, many things at a time, and reads what all nodes have written
 * since it looked last. So a restart forgets nothing, and nodes are a second or two apart. The writes grow with the things in use, not with the requests.
 *
 * <p>What cannot be written stays and is tried again, as the same batch: if it had been written and nobody heard of it, it counts once. A kill -9 loses at
 * most the last second.
 */
public final class QuotaLedger implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(1);
    static final Duration SWEEP_INTERVAL = Duration.ofHours(1);
    static final int BATCH_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(QuotaLedger.class);

    private final NodeDatabase database;
    private final Limits limits;
    private final String source;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread writer;

    private final Queue<QuotaCount> due = new ArrayDeque<>();
    /** That of which it is not known whether it was written. */
    private Optional<QuotaRows.Batch> unanswered = Optional.empty();

    private long batches;
    private boolean failing;
    private long sweptAt = System.nanoTime();
    /** What transactions before this one have written is known here. */
    private long knownBefore;

    /** @param source of this process alone */
    public QuotaLedger(NodeDatabase database, Limits limits, String source) {
        this.database = database;
        this.limits = limits;
        this.source = source;
        this.writer = Thread.ofPlatform().name("quota-ledger").daemon().unstarted(this::run);
    }

    public void start() {
        writer.start();
    }

    private void run() {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                exchange();
                if (System.nanoTime() - sweptAt > SWEEP_INTERVAL.toNanos()) {
                    sweptAt = System.nanoTime();
                    sweep();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what was used in the periods that run, together with all else that a node has to know before it answers. */
    public void load(Handle snapshot) {
        var totals = QuotaRows.list(snapshot);
        // older than what was heard meanwhile, perhaps, and with what this node has written without an answer: all is
        // heard once more
        synchronized (this) {
            limits.hear(totals);
            knownBefore = 0;
        }
    }

    /** Writes what was used so far, and hears what others have written. */
    void exchange() {
        try {
            write();
            database.call(this::hear);
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                failing = true;
                log.warn(
                        "what was used of {} quotas cannot be written now, and is tried again each second: {}",
                        due.size()
                                + unanswered.map(batch -> batch.noted().size()).orElse(0),
                        e.getMessage());
            }
        }
    }

    private void write() {
        due.addAll(limits.unwritten());
        while (unanswered.isPresent() || !due.isEmpty()) {
            var batch = unanswered.orElseGet(this::next);
            unanswered = Optional.of(batch);
            database.call(handle -> {
                QuotaRows.add(handle, source, batch);
                return true;
            });
            unanswered = Optional.empty();
            batch.noted().forEach(one -> one.count().written(one.used()));
        }
    }

    private QuotaRows.Batch next() {
        batches++;
        var noted = Stream.generate(due::remove)
                .limit(Math.min(BATCH_MAX, due.size()))
                .map(count -> new QuotaRows.Noted(count, count.toWrite()))
                .toList();
        return new QuotaRows.Batch(batches, noted);
    }

    private synchronized boolean hear(Handle handle) {
        long oldest = QuotaRows.oldestOpen(handle);
        boolean wentBack = oldest < knownBefore;
        limits.hear(wentBack ? QuotaRows.list(handle) : QuotaRows.listWritten(handle, knownBefore));
        knownBefore = oldest;
        return true;
    }

    /** Forgets periods that are over, and of whom nobody will use a key again: in the database and here. */
    void sweep() {
        try {
            QuotaRows.sweep(database::call, BATCH_MAX);
            var listed = new HashSet<QuotaCount.Key>();
            database.call(QuotaRows::list).forEach(total -> listed.add(total.key()));
            limits.forget(listed::contains);
        } catch (RuntimeException e) {
            log.warn("quotas that are over cannot be removed now, and are in an hour: {}", e.getMessage());
        }
    }

    /** Writes what is left. */
    @Override
    public void close() {
        closing.countDown();
        try {
            writer.join(INTERVAL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!writer.isAlive()) {
            exchange();
        }
    }
}
