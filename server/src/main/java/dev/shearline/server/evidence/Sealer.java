package dev.shearline.server.evidence;

import dev.shearline.server.db.NodeDatabase;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals what is committed, on every node, each {@value #POLL_MS} ms: whoever gets the lock works, the others look again. A pass and its
 * checkpoint are one transaction, so that no seal is without a signature. A database that is away only delays it.
 */
final class Sealer implements AutoCloseable {

    static final long POLL_MS = 250;
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);
    static final int BATCH_MAX = 500;

    private static final Logger log = LoggerFactory.getLogger(Sealer.class);

    private final NodeDatabase database;
    private final CheckpointKey key;
    private final SecureRandom random;
    private final InstantSource clock;
    private final CheckpointOutbox outbox;
    private final Consumer<Checkpoint> signed;
    private final SealStore store = new SealStore();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final AtomicLong waitMillis = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    /**
     * @param outbox hears of each checkpoint inside its transaction
     * @param signed hears of each checkpoint after its commit
     */
    Sealer(
            NodeDatabase database,
            CheckpointKey key,
            SecureRandom random,
            InstantSource clock,
            CheckpointOutbox outbox,
            Consumer<Checkpoint> signed) {
        this.outbox = outbox;
        this.signed = signed;
        this.database = database;
        this.key = key;
        this.random = random;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("shearline-sealer").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** For how long the oldest event has waited, when this node looked last. */
    Duration oldestWait() {
        return Duration.ofMillis(waitMillis.get());
    }

    long failures() {
        return failures.get();
    }

    private void run() {
        boolean failing = false;
        try {
            while (!closing.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                try {
                    sealAll();
                    failing = false;
                } catch (RuntimeException | Error e) {
                    failures.incrementAndGet();
                    if (!failing) {
                        log.warn("cannot seal the audit log now: {}", e.getMessage());
                    }
                    failing = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes on while there is a full batch to seal. */
    void sealAll() {
        while (look() && pass() == BATCH_MAX && closing.getCount() > 0) {
            // the next batch
        }
    }

    private boolean look() {
        var waiting = database.call(store::findWait);
        waitMillis.set(waiting.orElse(Duration.ZERO).toMillis());
        return waiting.isPresent();
    }

    /** How many events it has sealed: none when another node is at it. */
    int pass() {
        var sealed = database.call(handle -> handle.inTransaction(this::seal));
        sealed.checkpoint().ifPresent(signed);
        return sealed.events();
    }

    private record Sealed(int events, Optional<Checkpoint> checkpoint) {}

    private Sealed seal(Handle handle) {
        var moved = store.seal(handle, BATCH_MAX);
        if (moved.isEmpty()) {
            return new Sealed(0, Optional.empty());
        }
        store.insertKey(handle, key);
        var heads = moved.stream().map(SealStore.Moved::head).toList();
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var checkpoint = Checkpoint.sign(store.last(handle), at, heads, key, random);
        store.insert(handle, checkpoint);
        Told.write(outbox, handle, checkpoint);
        return new Sealed(moved.stream().mapToInt(SealStore.Moved::sealed).sum(), Optional.of(checkpoint));
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            // a pass that is under way is short, and ends before its connections do; a node that could not start has
            // none
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
