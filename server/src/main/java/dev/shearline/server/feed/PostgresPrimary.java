package dev.shearline.server.feed;

import dev.shearline.server.db.NodeDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** The primary as it is: PostgreSQL. */
record PostgresPrimary(NodeDatabase database, Replica replica) implements Primary {

    @Override
    public Line open() {
        return new PostgresLine(database.open(), replica);
    }

    @Override
    public <T> T call(Function<Line, T> work) {
        return database.call(handle -> work.apply(new PostgresLine(handle, replica)));
    }

    @Override
    public Listening listen(Runnable wake) {
        var wakeUp = new WakeUp(database, wake);
        wakeUp.start();
        return wakeUp;
    }

    private record PostgresLine(Handle handle, Replica replica) implements Line {

        @Override
        public void limit(Duration call) {
            try {
                handle.getConnection().setNetworkTimeout(Runnable::run, (int) call.toMillis());
            } catch (SQLException e) {
                throw new IllegalStateException("cannot bound the feed connection", e);
            }
        }

        @Override
        public void abort() {
            try {
                handle.getConnection().abort(Runnable::run);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot end a connection of the feed", e);
            }
        }

        @Override
        public int number() {
            return Numbers.number(handle);
        }

        @Override
        public Map<UUID, Epoch> numbersOf(Collection<UUID> entries) {
            return Numbers.ofEntries(handle, entries);
        }

        @Override
        public Epoch head() {
            return Numbers.head(handle);
        }

        @Override
        public void notifyNodes() {
            Numbers.notifyNodes(handle);
        }

        @Override
        public Nodes.Renewed renew(NodeId id, FeedSettings settings, Epoch applied) {
            return Nodes.renew(
                    handle, id, settings.version(), settings.address().get(), applied, settings.maxStaleness());
        }

        @Override
        public Nodes.Look look(List<Epoch> entries) {
            return Nodes.look(handle, entries);
        }

        @Override
        public void delete(Collection<NodeId> ids) {
            Nodes.delete(handle, ids);
        }

        @Override
        public int forgetLapsed() {
            return Nodes.forgetLapsed(handle);
        }

        @Override
        public FeedLog.Page read(long from) {
            return FeedLog.read(handle, from);
        }

        @Override
        public int trim() {
            return FeedLog.trim(handle);
        }

        /** Begun and ended by hand: Jdbi sets the isolation back on a connection that is gone, and that failure would hide the first. */
        @Override
        public Loaded load() {
            handle.begin();
            try {
                handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                handle.execute("SET LOCAL statement_timeout = " + Follower.LOAD_TIMEOUT.toMillis());
                var at = Position.head(handle);
                // whole tables from here on
                handle.execute("SET LOCAL enable_seqscan = on");
                var loaded = new Loaded(at, replica.load(handle, at));
                handle.commit();
                return loaded;
            } catch (RuntimeException | Error failure) {
                rollBack(failure);
                throw failure;
            }
        }

        private void rollBack(Throwable failure) {
            try {
                handle.rollback();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }

        @Override
        public void apply(List<FeedEntry> entries) {
            replica.apply(entries, handle);
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
