package dev.shearline.server.verify;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Position;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Shares;
import dev.shearline.server.identity.Actor;
import dev.shearline.token.KeyDigest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the records of keys that the directory knows and does not hold: on virtual threads, each key once however many ask for it, many keys in
 * a statement, and bounded in every direction. What it brings is held by the directory; whoever asked looks there again.
 *
 * <p>How what is read stays as fresh as what is answered from: docs/decisions/0022-overflow.md.
 */
final class ReadThrough {

    /** Statements at a time: half of the node's connections for questions. */
    static final int STATEMENTS_MAX = 2;

    static final int BATCH_MAX = 100;
    /** Questions that have keys read; further ones are refused. */
    static final int ASKERS_MAX = 2_000;
    /** Of these, those of one organization or one operator. */
    static final int ASKERS_EACH_MAX = 500;
    /** Beside these, requests whose own credentials are read: who has asked much keeps nobody from being recognized. */
    static final int CALLERS_MAX = 500;

    static final Duration WAIT_MAX = Duration.ofSeconds(2);
    /** How often a key is read that changes, or is forgotten again, while it is read. */
    static final int TRIES_MAX = 5;

    private static final Logger log = LoggerFactory.getLogger(ReadThrough.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration WARNING_PAUSE = Duration.ofSeconds(10);

    private final Directory directory;
    private final NodeDatabase database;
    private final Shares askers = new Shares(ASKERS_MAX, ASKERS_EACH_MAX);
    private final Semaphore callers = new Semaphore(CALLERS_MAX);
    private final Map<KeyDigest, Reading> readings = new HashMap<>();
    private final ArrayDeque<Reading> waiting = new ArrayDeque<>();
    private final AtomicLong warned = new AtomicLong(System.nanoTime() - WARNING_PAUSE.toNanos());
    private int statements;
    private final Counter found;
    private final Counter absent;
    private final Counter failed;
    private final Counter refused;
    private final Counter late;

    ReadThrough(Directory directory, NodeDatabase database, MeterRegistry registry) {
        this.directory = directory;
        this.database = database;
        this.found = counter(registry, "found");
        this.absent = counter(registry, "absent");
        this.failed = counter(registry, "failed");
        this.refused = counter(registry, "refused");
        this.late = counter(registry, "late");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("shearline_directory_reads")
                .description("Keys that were read from the database because the directory did not hold them")
                .tag("outcome", outcome)
                .register(registry);
    }

    /** A key that is to be read, and those who wait for it. */
    private static final class Reading {

        final KeyDigest digest;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        int tries;

        Reading(KeyDigest digest) {
            this.digest = digest;
        }
    }

    /** Done when the directory holds the key, or knows that it is absent. Fails with what the caller is to be told. */
    CompletableFuture<Void> read(KeyDigest digest, Actor asker) {
        var whose = asker.share();
        return askers.admit(whose) ? await(join(digest, false), () -> askers.leave(whose)) : refuse();
    }

    /** The same of the key of whoever calls: before those that are asked about. */
    CompletableFuture<Void> readCaller(KeyDigest digest) {
        return callers.tryAcquire() ? await(join(digest, true), callers::release) : refuse();
    }

    /** Too many wait, or what was read is forgotten again before anybody can look at it. */
    CompletableFuture<Void> refuse() {
        refused.increment();
        return CompletableFuture.failedFuture(Problem.overloaded().asException());
    }

    /** @param leave gives the place back: whoever has waited for long enough has gone, but what is read for him is still read */
    private CompletableFuture<Void> await(Reading reading, Runnable leave) {
        var _ = reading.done.whenComplete((_, _) -> leave.run());
        return reading.done
                .copy()
                .orTimeout(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure ->
                        CompletableFuture.failedFuture(failure instanceof TimeoutException ? tooLate() : failure));
    }

    private Throwable tooLate() {
        late.increment();
        return Problem.overloaded().asException();
    }

    private Reading join(KeyDigest digest, boolean first) {
        synchronized (readings) {
            var known = readings.get(digest);
            if (known != null) {
                return known;
            }
            var reading = new Reading(digest);
            readings.put(digest, reading);
            if (first) {
                waiting.addFirst(reading);
            } else {
                waiting.add(reading);
            }
            begin();
            return reading;
        }
    }

    /** Under the lock of the readings. */
    private void begin() {
        if (!waiting.isEmpty() && statements < STATEMENTS_MAX) {
            Thread.startVirtualThread(this::work);
            statements++;
        }
    }

    private void work() {
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                work(batch);
            }
        } finally {
            synchronized (readings) {
                statements--;
                begin();
            }
        }
    }

    private void work(Deque<Reading> batch) {
        try {
            read(batch);
        } catch (RuntimeException | Error e) {
            warn(e.toString(), batch);
            log.debug("cannot read keys", e);
        } finally {
            // whatever has failed, nobody waits for what does not come
            fail(batch);
        }
    }

    /** What one statement is to read; nothing when nobody waits, and then this thread is done. */
    private Deque<Reading> next() {
        synchronized (readings) {
            var batch = new ArrayDeque<Reading>();
            while (batch.size() < BATCH_MAX && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            return batch;
        }
    }

    /** Takes out of the batch what is settled or will be read again; what is left has failed. */
    private void read(Deque<Reading> batch) {
        var state = directory.state();
        if (state.keys.isComplete()) {
            // loaded again meanwhile: all is there
            while (!batch.isEmpty()) {
                end(batch.remove());
            }
            return;
        }
        var began = state.readBegins();
        var digests = batch.stream().map(reading -> reading.digest).toList();
        var rows = find(state, digests, began.position());
        if (rows.isEmpty()) {
            // after a failover the connections that are left lead to the server before
            database.reconnect();
            rows = find(state, digests, began.position());
        }
        if (rows.isEmpty()) {
            warn("the database that answers is not the one that this node follows, or has not come as far", batch);
            return;
        }
        while (!batch.isEmpty()) {
            var reading = batch.element();
            var row = Optional.ofNullable(rows.get().get(reading.digest));
            switch (state.bring(reading.digest, row, began)) {
                case SETTLED -> {
                    end(batch.remove());
                    (row.isPresent() ? found : absent).increment();
                }
                case OUTDATED -> again(batch.remove());
            }
        }
    }

    private Optional<Map<KeyDigest, DirectoryRows.Found>> find(
            DirectoryState state, List<KeyDigest> digests, Position at) {
        return database.call(handle -> new DirectoryRows(state).findKeys(handle, digests, at));
    }

    /** Where one read fails most do: one line for all of a while. */
    private void warn(String why, Deque<Reading> batch) {
        long now = System.nanoTime();
        long before = warned.get();
        if (now - before >= WARNING_PAUSE.toNanos() && warned.compareAndSet(before, now)) {
            log.warn("cannot read {} keys that the directory does not hold: {}", batch.size(), why);
        }
    }

    private void again(Reading reading) {
        reading.tries++;
        if (reading.tries == TRIES_MAX) {
            fail(new ArrayDeque<>(List.of(reading)));
            return;
        }
        synchronized (readings) {
            waiting.add(reading);
        }
    }

    private void end(Reading reading) {
        forget(reading);
        reading.done.complete(null);
    }

    /** Another node may hold these keys. */
    private void fail(Deque<Reading> batch) {
        int count = batch.size();
        while (!batch.isEmpty()) {
            var reading = batch.remove();
            forget(reading);
            reading.done.completeExceptionally(Problem.unavailable(RETRY_AFTER).asException());
        }
        failed.increment(count);
    }

    private void forget(Reading reading) {
        synchronized (readings) {
            readings.remove(reading.digest, reading);
        }
    }
}
