package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in telling others: one thread that spreads, claims and writes outcomes, with one connection, while others send, with none.
 * Every node has one; what one of them holds the others pass over. A database that is away only delays it.
 */
final class Courier implements AutoCloseable {

    static final Duration POLL = Duration.ofMillis(500);

    /** What is under way when a node stops has so long to end; what has not by then is sent again by another node. */
    static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final String REASON = "find what others are to be told of";

    private final Database database;
    private final Spreading spreading;
    private final Delivering delivering;
    private final Attempts attempts;
    private final List<Runnable> periodic;
    private final List<Delivering.Ended> unwritten = new ArrayList<>();
    private final Thread thread;
    private boolean failing;
    private boolean failed;
    private volatile boolean closing;

    /** @param periodic what else there is to do after each look, each at a pace of its own */
    Courier(Database database, Spreading spreading, Delivering delivering, Attempts attempts, List<Runnable> periodic) {
        this.database = database;
        this.spreading = spreading;
        this.delivering = delivering;
        this.attempts = attempts;
        this.periodic = List.copyOf(periodic);
        this.thread = Thread.ofPlatform().name("shearline-courier").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                write(POLL);
                look();
            }
            long deadline = System.nanoTime() + STOP_WAIT.toNanos();
            while (delivering.underWay() > 0 && System.nanoTime() < deadline) {
                write(POLL.dividedBy(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for outcomes, and writes all there are. What cannot be written stays for the next time. */
    void write(Duration patience) throws InterruptedException {
        attempts.drainTo(unwritten, patience.toMillis());
        if (!unwritten.isEmpty()) {
            each(List.of(unwritten), delivering::record);
        }
    }

    /** One look at all that there is to do. */
    void look() {
        failed = false;
        each(List.of(REASON), reason -> each(database.acrossTenants(reason, spreading::waiting), spreading::spread));
        each(List.of(REASON), reason -> each(database.acrossTenants(reason, delivering::busy), delivering::start));
        each(periodic, Runnable::run);
        failing = failed;
    }

    /** One that fails keeps none of the others from being done. What goes on failing is said once. */
    private <T> void each(List<T> all, Consumer<T> work) {
        for (var one : all) {
            try {
                work.accept(one);
            } catch (DatabaseUnavailableException e) {
                say(() -> log.warn("cannot tell others what has happened now: {}", e.getMessage()));
                return;
            } catch (RuntimeException e) {
                say(() -> log.warn("a notification waits, for something has failed here", e));
            }
        }
    }

    private void say(Runnable what) {
        if (!failing) {
            what.run();
        }
        failing = true;
        failed = true;
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(STOP_WAIT.plus(POLL).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
