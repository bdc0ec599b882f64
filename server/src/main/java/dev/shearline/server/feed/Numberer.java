package dev.shearline.server.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers this node's commits. One thread serves all committers, at its {@link Pace}: while one call of the database's numberer commits,
 * the next batch gathers, so the cost of a number is shared. When another node holds the counter, it looks again every
 * {@value #RETRY_MS} ms until its own entries have their numbers. If the database is away the entries stay unnumbered; any node's next
 * poll numbers them.
 */
final class Numberer implements AutoCloseable {

    static final long RETRY_MS = 5;
    static final long RECONNECT_MS = 50;
    static final long APART_MAX_MS = 20;
    static final int QUEUE_MAX = 10_000;
    private static final Logger log = LoggerFactory.getLogger(Numberer.class);

    /** How long a commit may wait here for its number, whatever the reason; a later poll numbers it all the same. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Request(List<UUID> entries, long since, CompletableFuture<Epoch> epoch) {
        boolean complete(Map<UUID, Epoch> numbers) {
            if (!numbers.keySet().containsAll(entries)) {
                return false;
            }
            entries.stream()
                    .map(numbers::get)
                    .flatMap(Stream::ofNullable)
                    .max(Comparator.comparingLong(Epoch::number))
                    .ifPresent(epoch::complete);
            return true;
        }
    }

    private final Primary primary;
    private final Runnable wakeOwnFollower;
    private final boolean notifyOthers;
    private final LinkedBlockingQueue<Request> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
    private final Threads threads;
    private final Signal asked;
    private final Pace pace;
    private volatile Threads.@Nullable Started thread;
    private volatile boolean closed;

    Numberer(Primary primary, Runnable wakeOwnFollower, boolean notifyOthers, Threads threads) {
        this.primary = primary;
        this.wakeOwnFollower = wakeOwnFollower;
        this.notifyOthers = notifyOthers;
        this.threads = threads;
        this.asked = new Signal(threads);
        this.pace = new Pace(threads, 2, APART_MAX_MS);
    }

    void start() {
        thread = threads.start("shearline-numberer", this::run);
    }

    /** The highest number of these committed entries, as soon as all have theirs. Fails when the database is away. */
    CompletableFuture<Epoch> number(List<UUID> entries) {
        var request = new Request(entries, threads.nanos(), new CompletableFuture<>());
        if (closed || !queue.offer(request)) {
            request.epoch.completeExceptionally(new IllegalStateException("too many commits wait for a number"));
        }
        asked.give();
        return request.epoch;
    }

    private void run() {
        Primary.@Nullable Line line = null;
        var waiting = new ArrayList<Request>();
        while (!closed) {
            try {
                gather(waiting);
                line = line == null ? primary.open() : line;
                pace.callBegins();
                serve(line, waiting);
                pace.callEnded();
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException | Error e) {
                log.warn("cannot number {} commits now: {}", waiting.size(), e.getMessage());
                line = closeQuietly(line);
                giveUp(waiting, e);
                if (!hasPaused()) {
                    break;
                }
            }
        }
        closeQuietly(line);
        waiting.addAll(queue);
        waiting.forEach(
                request -> request.epoch.completeExceptionally(new IllegalStateException("the node is stopping")));
    }

    private boolean hasPaused() {
        try {
            threads.pause(TimeUnit.MILLISECONDS.toNanos(RECONNECT_MS));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Also while the database answers: whoever holds the counter may be stopped, and entries may have been lost by a failover. */
    private void giveUp(List<Request> waiting, Throwable why) {
        waiting.removeIf(request -> {
            boolean tooLong = threads.nanos() - request.since > PATIENCE.toNanos();
            if (tooLong) {
                request.epoch.completeExceptionally(why);
            }
            return tooLong;
        });
    }

    private void gather(List<Request> waiting) throws InterruptedException {
        if (waiting.isEmpty()) {
            while (queue.isEmpty()) {
                asked.await(Long.MAX_VALUE);
            }
            pace.await();
        } else if (waiting.size() < QUEUE_MAX && queue.isEmpty()) {
            asked.await(TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
        }
        asked.clear();
        queue.drainTo(waiting, QUEUE_MAX - waiting.size());
    }

    private void serve(Primary.Line line, List<Request> waiting) {
        int numbered = line.number();
        if (numbered > 0) {
            wakeOwnFollower.run();
        }
        var numbers =
                line.numbersOf(waiting.stream().flatMap(r -> r.entries.stream()).toList());
        boolean served = waiting.removeIf(request -> request.complete(numbers));
        if (served && numbered <= 0) {
            // somebody else has numbered them, and may have told nobody
            wakeOwnFollower.run();
        }
        if ((served || numbered > 0) && notifyOthers) {
            line.notifyNodes();
        }
        giveUp(waiting, new TimeoutException("no number within " + PATIENCE.toSeconds() + " s"));
    }

    private static Primary.@Nullable Line closeQuietly(Primary.@Nullable Line line) {
        if (line != null) {
            try {
                line.close();
            } catch (RuntimeException e) {
                log.debug("the numberer's connection did not close", e);
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
        var running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
