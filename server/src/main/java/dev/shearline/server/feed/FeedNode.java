package dev.shearline.server.feed;

import dev.shearline.server.db.Committed;
import dev.shearline.server.db.NodeDatabase;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** This node's part in the feed: it numbers its commits, follows everybody's, and waits for acknowledgements. */
public final class FeedNode implements AutoCloseable {

    /** How long a change that takes a right away waits for the nodes. */
    public static final Duration REMOVING_WAIT = Duration.ofSeconds(2);

    /** How long a change that gives a right waits, so that a new key works on the next node at once. */
    public static final Duration WIDENING_WAIT = Duration.ofMillis(500);

    private final Primary primary;
    private final Threads threads;
    private final FeedSettings settings;
    private final Freshness freshness;
    private final PrimaryClock primaryClock;
    private final LeaseHolder lease;
    private final Follower follower;
    private final Numberer numberer;
    private final Acknowledgement acknowledgement;
    private volatile Primary.@Nullable Listening listening;

    public FeedNode(
            NodeDatabase nodeDatabase,
            Replica replica,
            PrimaryClock primaryClock,
            Clocks clocks,
            FeedSettings settings,
            SecureRandom random) {
        this(
                new PostgresPrimary(nodeDatabase, replica),
                IdFiles.in(settings.directory()),
                Threads.of(clocks.nanos()),
                new Freshness(clocks),
                primaryClock,
                settings,
                random);
    }

    FeedNode(
            Primary primary,
            IdFiles idFiles,
            Threads threads,
            Freshness freshness,
            PrimaryClock primaryClock,
            FeedSettings settings,
            RandomGenerator random) {
        this.primary = primary;
        this.threads = threads;
        this.settings = settings;
        this.freshness = freshness;
        this.primaryClock = primaryClock;
        this.lease = new LeaseHolder(NodeId.draw(random), settings, primary, idFiles);
        this.follower = new Follower(primary, lease, freshness, primaryClock, settings, threads, random);
        this.numberer = new Numberer(primary, follower::wake, settings.wakeUp(), threads);
        this.acknowledgement = new Acknowledgement(
                primary,
                numberer,
                follower,
                new Acknowledgement.Self(lease.id(), settings.maxStaleness()),
                freshness,
                threads);
    }

    public void start() {
        lease.hold();
        numberer.start();
        follower.start();
        if (settings.wakeUp()) {
            listening = primary.listen(follower::wake);
        }
    }

    /** Numbers its own commits and follows nothing: for a process that makes a change and is no node. It takes no lease. */
    public void startNumbering() {
        numberer.start();
    }

    public NodeId id() {
        return lease.id();
    }

    public Freshness freshness() {
        return freshness;
    }

    public PrimaryClock primaryClock() {
        return primaryClock;
    }

    /** What the node has applied. */
    public Epoch position() {
        return follower.position();
    }

    /** True once applied; the caller bounds the wait by completing the future. */
    public CompletableFuture<Boolean> whenApplied(long epoch) {
        return follower.waiters().await(epoch);
    }

    public void addListener(FeedListener listener) {
        follower.addListener(listener);
    }

    /** Waits until every node has this commit, at most so long. */
    public Propagation.Measured propagate(Committed<?> committed, Duration patience) {
        return acknowledgement.await(committed.entries(), committed.committedNanos(), patience);
    }

    /** Has the commit numbered at once, and waits for nothing. */
    public void announce(Committed<?> committed) {
        var _ = numberer.number(committed.entries());
    }

    /** Waits until every node has all that is committed now. */
    public Propagation.Measured propagateHead(Duration patience) {
        return acknowledgement.await(List.of(), threads.nanos(), patience);
    }

    /** Stops answering. The caller drains what is in flight, then calls {@link #close}. */
    public void leave() {
        follower.close();
    }

    /** Leaves, and numbers no more; its lease is left, for {@link #releaseLease}. */
    public void stop() {
        follower.close();
        var heard = listening;
        if (heard != null) {
            heard.close();
        }
        numberer.close();
    }

    /** From now on nobody waits for this node. */
    public void releaseLease() {
        lease.release();
    }

    @Override
    public void close() {
        try {
            stop();
        } finally {
            releaseLease();
        }
    }
}
