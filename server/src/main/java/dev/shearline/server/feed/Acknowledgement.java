package dev.shearline.server.feed;

import dev.shearline.server.db.DatabaseUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, holding no connection, until every node with a lease has applied a change.
 *
 * <p>This node answers for itself from memory, if the feed still holds the entry that it stands at. The others are read from their rows:
 * one that has reported the epoch has acknowledged, one whose lease has lapsed by the primary's clock is fenced and answers nothing, any
 * other is pending. A number alone says nothing: after a failover another change may have it, so the feed must hold the very entry.
 */
final class Acknowledgement {

    private static final Logger log = LoggerFactory.getLogger(Acknowledgement.class);

    static final long LOOK_FIRST_MS = 2;
    static final long LOOK_LONGEST_MS = 40;
    /** What a look may take, however late it is. */
    static final long LOOK_LEAST_MS = 500;

    private final Primary primary;
    private final Numberer numberer;
    private final Looks looks;
    private final Follower follower;
    private final Self self;
    private final Freshness freshness;
    private final Threads threads;

    /** The node that asks. */
    record Self(NodeId id, Duration staleness) {}

    Acknowledgement(
            Primary primary, Numberer numberer, Follower follower, Self self, Freshness freshness, Threads threads) {
        this.primary = primary;
        this.numberer = numberer;
        this.looks = new Looks(entries -> primary.call(line -> line.look(entries)), Looks.WAIT_MAX, threads);
        this.follower = follower;
        this.self = self;
        this.freshness = freshness;
        this.threads = threads;
    }

    /** Of a commit of this node; without entries, of everything that is committed now. */
    Propagation.Measured await(List<UUID> entries, long committedNanos, Duration patience) {
        long deadline = threads.nanos() + patience.toNanos();
        var epoch = findEpoch(entries, deadline);
        if (epoch.isEmpty()) {
            return unnumbered(committedNanos);
        }
        reached(follower.waiters().await(epoch.get().number()), deadline);
        return look(epoch.get(), committedNanos, deadline);
    }

    private Optional<Epoch> findEpoch(List<UUID> entries, long deadline) {
        try {
            if (entries.isEmpty()) {
                return findHead(deadline);
            }
            return Optional.of(threads.get(numberer.number(entries), deadline - threads.nanos()));
        } catch (TimeoutException | ExecutionException | DatabaseUnavailableException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<Epoch> findHead(long deadline) {
        while (true) {
            var head = primary.call(Primary.Line::headOfAll);
            if (head.isPresent() || Thread.currentThread().isInterrupted() || threads.nanos() > deadline) {
                return head;
            }
            pause(Numberer.RETRY_MS);
        }
    }

    /** The change has no number, or none any more: nobody can say anything of it. */
    private Propagation.Measured unnumbered(long committedNanos) {
        return new Propagation.Measured(Optional.empty(), nobodyKnows(committedNanos));
    }

    private Propagation nobodyKnows(long committedNanos) {
        return new Propagation(0, 0, 0, 0, false, Optional.empty(), sinceMs(committedNanos));
    }

    private Propagation.Measured look(Epoch epoch, long committedNanos, long deadline) {
        for (long pause = LOOK_FIRST_MS; ; pause = Math.min(pause * 2, LOOK_LONGEST_MS)) {
            var seen = count(epoch, committedNanos, deadline);
            if (seen.epoch().isEmpty()
                    || seen.propagation().complete()
                    || Thread.currentThread().isInterrupted()
                    || threads.nanos() + TimeUnit.MILLISECONDS.toNanos(pause) > deadline) {
                return seen;
            }
            pause(pause);
        }
    }

    private Optional<Nodes.Look> see(Epoch epoch, Epoch here, long deadline) {
        long patience = Math.max(deadline - threads.nanos(), TimeUnit.MILLISECONDS.toNanos(LOOK_LEAST_MS));
        try {
            return Optional.of(threads.get(looks.at(epoch, here), patience));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof DatabaseUnavailableException)) {
                // the change is committed: that nobody knows how far it has come is all that is to be told
                log.warn("cannot look at the nodes", e.getCause());
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Propagation.Measured count(Epoch epoch, long committedNanos, long deadline) {
        // read before the look: what this node had applied by then it has, if the feed still holds the entry
        var here = follower.position();
        var looked = see(epoch, here, deadline);
        if (looked.isEmpty()) {
            return new Propagation.Measured(Optional.of(epoch), nobodyKnows(committedNanos));
        }
        var seen = looked.get();
        if (!seen.held().contains(epoch)) {
            return unnumbered(committedNanos);
        }
        boolean reachedHere = seen.held().contains(here) && here.number() >= epoch.number();
        int acknowledged = 0;
        int fenced = 0;
        var longest = Duration.ZERO;
        var rows = withSelf(seen.rows());
        for (var row : rows) {
            if (row.id().equals(self.id()) ? reachedHere : row.applied() >= epoch.number()) {
                acknowledged++;
            } else if (row.lapsed()) {
                fenced++;
            } else if (row.staleness().compareTo(longest) > 0) {
                longest = row.staleness();
            }
        }
        int pending = rows.size() - acknowledged - fenced;
        // by the primary's clock, as leases are: this machine's may just have been set
        var deadBy = pending == 0 ? seen.at() : seen.at().plus(longest).plus(Nodes.MARGIN);
        return new Propagation.Measured(
                Optional.of(epoch),
                new Propagation(
                        rows.size(),
                        acknowledged,
                        fenced,
                        pending,
                        pending == 0,
                        Optional.of(deadBy),
                        sinceMs(committedNanos)));
    }

    /** A restore may have lost this node's row while the node still answers: then it counts all the same. */
    private List<Nodes.Row> withSelf(List<Nodes.Row> rows) {
        if (rows.stream().anyMatch(row -> row.id().equals(self.id())) || !freshness.isFresh()) {
            return rows;
        }
        var all = new ArrayList<>(rows);
        all.add(new Nodes.Row(self.id(), 0, self.staleness(), false));
        return all;
    }

    /** Holds no connection meanwhile. */
    private void pause(long millis) {
        reached(new CompletableFuture<>(), threads.nanos() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void reached(CompletableFuture<Boolean> future, long deadline) {
        try {
            threads.get(future, deadline - threads.nanos());
        } catch (TimeoutException | ExecutionException e) {
            // the look at the rows tells how far it has come
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            future.complete(false);
        }
    }

    private long sinceMs(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(threads.nanos() - nanos);
    }
}
