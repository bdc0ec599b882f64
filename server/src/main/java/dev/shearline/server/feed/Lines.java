package dev.shearline.server.feed;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line that the follower asks on, and who sees to it that there is one that answers. What is dropped silently ends no connection: who
 * waits on it would hear nothing for seconds after the network is well again.
 *
 * <p>So while an answer is out for longer than {@link #PATIENCE}, other lines are opened beside it, one after the other. The first that
 * stands its proof takes the place of the silent one, which is aborted: who waits on it fails, and asks anew. One line at a time is
 * asked, by one thread, and its answers count from before that asking: nothing that was asked earlier can be taken for newer.
 *
 * <p>What is merely slow must come to its end. The proof is as hard as what is waited for, so it is not sooner done on a second
 * line. The patience is twice what the last answer took, if that is more, and each line that is aborted doubles it.
 */
final class Lines implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMillis(500);
    /** Between the beginnings of two lines; one is lost with its first packet. */
    static final Duration APART = Duration.ofMillis(500);

    static final Duration PROOF_MAX = Duration.ofSeconds(2);
    static final Duration PATIENCE_MAX = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(Lines.class);

    /** Somebody waits: on that line, or for his first one; what comes here first he goes on with. */
    private record Waiting(Primary.@Nullable Line on, long since, CompletableFuture<Primary.Line> other) {}

    private final Primary primary;
    private final Consumer<Primary.Line> proof;
    private final Threads threads;
    private volatile @Nullable Waiting waiting;
    private volatile long patience = PATIENCE.toNanos();
    private volatile Threads.@Nullable Started watch;
    private volatile CompletableFuture<Void> proving = CompletableFuture.completedFuture(null);
    private volatile boolean closed;
    /** Of the thread that asks. */
    private Primary.@Nullable Line next;

    /** @param proof fails, or takes long, as what is asked would */
    Lines(Primary primary, Consumer<Primary.Line> proof, Threads threads) {
        this.primary = primary;
        this.proof = proof;
        this.threads = threads;
    }

    void start() {
        watch = threads.start("shearline-lines", this::watch);
    }

    /** The one that has taken the place of the last, or a new one. Fails as opening does. */
    Primary.Line open() throws InterruptedException {
        var ready = next;
        next = null;
        if (ready != null) {
            return ready;
        }
        var opened = begin(null);
        threads.startBrief(() -> openFor(opened));
        try {
            return threads.get(opened, Long.MAX_VALUE);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failed ? failed : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            end(opened);
            throw e;
        } finally {
            waiting = null;
        }
    }

    private void openFor(CompletableFuture<Primary.Line> opened) {
        try {
            var line = primary.open();
            if (!opened.complete(line)) {
                line.close();
            }
        } catch (RuntimeException | Error e) {
            opened.completeExceptionally(e);
        }
    }

    /** What the question brings. It fails, and {@link #hasNext}, when another line answers and this one does not. */
    <T> T ask(Primary.Line line, Supplier<T> question) {
        long since = threads.nanos();
        var other = begin(line);
        try {
            var answer = question.get();
            patience = bounded(2 * (threads.nanos() - since));
            return answer;
        } finally {
            end(other);
        }
    }

    boolean hasNext() {
        return next != null;
    }

    private CompletableFuture<Primary.Line> begin(Primary.@Nullable Line on) {
        var other = new CompletableFuture<Primary.Line>();
        waiting = new Waiting(on, threads.nanos(), other);
        return other;
    }

    private void end(CompletableFuture<Primary.Line> other) {
        waiting = null;
        if (!other.cancel(false) && !other.isCompletedExceptionally()) {
            next = other.join();
        }
    }

    // beside it -------------------------------------------------------------------------------------------------------

    private void watch() {
        try {
            long tried = threads.nanos() - APART.toNanos();
            while (!closed) {
                long now = threads.nanos();
                long due = Math.max(impatientAt(now), tried + APART.toNanos());
                if (due > now) {
                    threads.pause(Math.min(due - now, PATIENCE.toNanos()));
                } else {
                    tried = now;
                    threads.startBrief(this::tryAnother);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** At the earliest: who begins to wait later is patient for longer. */
    private long impatientAt(long now) {
        var current = waiting;
        return current == null || !proving.isDone()
                ? now + PATIENCE.toNanos()
                : current.since + (current.on == null ? PATIENCE.toNanos() : patience);
    }

    /** It began to wait when this line was tried already. Who waits for his first one takes any. */
    private boolean isPatient(Waiting current) {
        return current.on != null && threads.nanos() - current.since < patience;
    }

    private static long bounded(long nanos) {
        return Math.clamp(nanos, PATIENCE.toNanos(), PATIENCE_MAX.toNanos());
    }

    private void tryAnother() {
        try {
            var line = primary.open();
            if (!hasTakenPlace(line)) {
                line.close();
            }
        } catch (RuntimeException e) {
            log.debug("a second connection does not answer either: {}", e.toString());
        }
    }

    private boolean hasTakenPlace(Primary.Line line) {
        var proved = new CompletableFuture<Void>();
        if (!mayProve(proved)) {
            return false;
        }
        try {
            line.limit(PROOF_MAX);
            proof.accept(line);
        } catch (RuntimeException e) {
            line.close();
            throw e;
        } finally {
            proved.complete(null);
        }
        var current = waiting;
        if (current == null || closed || isPatient(current) || !current.other.complete(line)) {
            return false;
        }
        log.warn(
                "no answer from the database for {} ms, but over another connection: going on with that one",
                TimeUnit.NANOSECONDS.toMillis(threads.nanos() - current.since));
        if (current.on != null) {
            patience = bounded(2 * patience);
            current.on.abort();
        }
        return true;
    }

    /** One at a time: who is slow is not to be asked by many. */
    private synchronized boolean mayProve(CompletableFuture<Void> proved) {
        if (closed || waiting == null || !proving.isDone()) {
            return false;
        }
        proving = proved;
        return true;
    }

    /** Returns when nothing is proved any more. Called when nobody asks. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        var running = watch;
        if (running != null) {
            running.interrupt();
        }
        try {
            threads.get(proving, PROOF_MAX.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            // its renewal may come late: it lapses by itself
        }
        var left = next;
        if (left != null) {
            left.close();
        }
    }
}
