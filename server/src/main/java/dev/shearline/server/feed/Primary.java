package dev.shearline.server.feed;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * The database as the protocol sees it. Each call commits by itself. PostgreSQL is one; the other is a model of it, for the simulation, which
 * passes the same tests.
 */
interface Primary {

    /** A line of one's own, for a thread that needs one as long as it lives. */
    Line open();

    /** One call, or a few that need not belong together, over a line that is shared. */
    <T> T call(Function<Line, T> work);

    /** Begins to listen for commits elsewhere. Nothing depends on it. */
    Listening listen(Runnable wake);

    /** Goes on until it is closed. */
    interface Listening extends AutoCloseable {

        @Override
        void close();
    }

    /** A replica that was read in one snapshot, and where it stands. */
    record Loaded(Position position, Replica.Snapshot snapshot) {}

    /** A connection to the primary, at whose end the node's replica is. */
    interface Line extends AutoCloseable {

        /** From now on a call that takes longer has failed, and the line with it. */
        void limit(Duration call);

        /** Ends it, whoever waits on it: that call fails now. */
        void abort();

        /** Numbers what is committed and waiting; returns how many, or -1 when somebody else is at it. */
        int number();

        /** The numbers of those entries that have one. */
        Map<UUID, Epoch> numbersOf(Collection<UUID> entries);

        Epoch head();

        /**
         * The head, if it covers everything that was committed before the call. It does not while somebody else holds the counter: an entry
         * that waits for its number may be the very change that the caller wants to hear of. And only to have had the counter, which is a
         * commit, proves that this is no old primary, cut off from its standby, on which nothing waits because it has not heard of the change.
         */
        default Optional<Epoch> headOfAll() {
            return number() >= 0 ? Optional.of(head()) : Optional.empty();
        }

        /** Wakes those who listen. */
        void notifyNodes();

        Nodes.Renewed renew(NodeId id, FeedSettings settings, Epoch applied);

        /** The nodes, and which of these very entries the feed holds: all of it as of one moment. */
        Nodes.Look look(List<Epoch> entries);

        void delete(Collection<NodeId> ids);

        int forgetLapsed();

        /** From this number on. */
        FeedLog.Page read(long from);

        int trim();

        /** Reads the head and then the replica in one snapshot. */
        Loaded load();

        /** Applies numbered entries to the replica, which reads again what they do not tell. */
        void apply(List<FeedEntry> entries);

        @Override
        void close();
    }
}
