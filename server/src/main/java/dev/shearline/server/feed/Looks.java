package dev.shearline.server.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Looks at the nodes, one look at a time: who asks while one is under way shares the next with all others who do. An answer is never older
 * than its question. A look that takes long keeps the next one waiting for a time, not for ever.
 */
final class Looks {

    static final Duration WAIT_MAX = Duration.ofSeconds(1);

    private final Function<List<Epoch>, Nodes.Look> look;
    private final Duration waitMax;
    private final Threads threads;
    private Shared next = new Shared();
    /** Done when the look under way is: then it is the next one's turn. */
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(true);

    private static final class Shared {
        private final List<Epoch> entries = new ArrayList<>();
        private final CompletableFuture<Nodes.Look> seen = new CompletableFuture<>();
        private boolean led;
    }

    /** @param waitMax how long the next look waits for the one under way */
    Looks(Function<List<Epoch>, Nodes.Look> look, Duration waitMax, Threads threads) {
        this.look = look;
        this.waitMax = waitMax;
        this.threads = threads;
    }

    /** The nodes, and which of these entries the feed holds, at a moment after the call. Fails as the look does. */
    CompletableFuture<Nodes.Look> at(Epoch change, Epoch here) {
        Shared mine;
        boolean leads;
        synchronized (this) {
            mine = next;
            mine.entries.add(change);
            mine.entries.add(here);
            leads = !mine.led;
            mine.led = true;
        }
        if (leads) {
            // on a thread of its own: whoever asks waits as long as it likes
            threads.startBrief(() -> lead(mine));
        }
        return mine.seen;
    }

    private void lead(Shared mine) {
        try {
            boolean inTurn = awaitTurn();
            synchronized (this) {
                next = new Shared();
                if (inTurn) {
                    underWay = mine.seen;
                }
            }
            mine.seen.complete(look.apply(List.copyOf(mine.entries)));
        } catch (InterruptedException | RuntimeException | Error e) {
            mine.seen.completeExceptionally(e);
        }
    }

    /** One leader waits at a time: the next one is not chosen before this one has its list. */
    private boolean awaitTurn() throws InterruptedException {
        CompletableFuture<?> before;
        synchronized (this) {
            before = underWay;
        }
        try {
            threads.get(before, waitMax.toNanos());
            return true;
        } catch (ExecutionException e) {
            // it has failed, and so it is over
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
