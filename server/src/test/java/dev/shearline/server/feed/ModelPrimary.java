package dev.shearline.server.feed;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.feed.ModelServer.KeyChange;
import dev.shearline.server.feed.ModelServer.Written;
import dev.shearline.server.feed.ModelState.KeyRow;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The model as one node reaches it: every call travels, takes its time, and may be lost on the way there or back. */
final class ModelPrimary implements Primary {

    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final VirtualTime time;
    private final Weather weather;
    private final Flaw flaw;
    private final Supplier<ModelServer> server;
    private final Replica replica;
    private final Consumer<ModelServer> notified;
    private final Consumer<KeyRow> changed;
    private final Deque<ModelLine> idle = new ArrayDeque<>();
    private Runnable woken = () -> {};
    /** Until when nothing that is sent arrives. */
    private long cutUntil;

    /**
     * @param server whom a new connection reaches
     * @param notified called when somebody has told the nodes
     * @param changed called with a key whose change has been committed, whoever hears of it
     */
    ModelPrimary(
            VirtualTime time,
            Weather weather,
            Flaw flaw,
            Supplier<ModelServer> server,
            Replica replica,
            Consumer<ModelServer> notified,
            Consumer<KeyRow> changed) {
        this.time = time;
        this.weather = weather;
        this.flaw = flaw;
        this.server = server;
        this.replica = replica;
        this.notified = notified;
        this.changed = changed;
    }

    void cut(long nanos) {
        cutUntil = time.now() + nanos;
    }

    /** A notification has come. */
    void wake() {
        woken.run();
    }

    @Override
    public ModelLine open() {
        var connected = new CompletableFuture<ModelServer>();
        travel(connected, () -> connected.complete(server.get()));
        boolean done = time.awaitDone(connected, CONNECT_TIMEOUT.toNanos());
        if (!done || connected.isCompletedExceptionally()) {
            throw away("nobody answers");
        }
        return new ModelLine(connected.join());
    }

    private void travel(CompletableFuture<?> answer, Runnable arrival) {
        if (weather.loses()) {
            time.after(weather.travel(), () -> answer.completeExceptionally(away("the connection was lost")));
        } else {
            // what is sent into a network that is cut is sent again until it arrives, and each time it is waited for
            // twice as long
            long cut = Math.max(0, cutUntil - time.now());
            time.after(cut + (long) (cut * time.random.nextDouble()) + weather.travel(), arrival);
        }
    }

    @Override
    public <T> T call(Function<Line, T> work) {
        return pooled(work::apply);
    }

    /** A change as the management API makes it. */
    Optional<Written> change(int nth, ChangeKind kind, KeyChange change) {
        return pooled(line -> line.ask(on -> {
            var answer = on.change(nth, kind, change);
            var _ = answer.thenAccept(written -> written.ifPresent(it -> changed.accept(it.key())));
            return answer;
        }));
    }

    private <T> T pooled(Function<ModelLine, T> work) {
        var known = idle.poll();
        // a pool tries a connection before it gives it away
        var line = known == null || known.broken || known.on.fate() == ModelServer.Fate.DEAD ? open() : known;
        var answer = work.apply(line);
        idle.push(line);
        return answer;
    }

    @Override
    public Listening listen(Runnable wake) {
        woken = wake;
        return () -> woken = () -> {};
    }

    private static DatabaseUnavailableException away(String why) {
        return new DatabaseUnavailableException(new IllegalStateException(why));
    }

    /** A connection to one server. */
    final class ModelLine implements Line {

        private final ModelServer on;
        private final Handle handle = ModelJdbc.handle(flaw, this::snapshot);
        private Duration limit = SOCKET_TIMEOUT;
        private boolean broken;
        /** Of the call that is out. */
        private CompletableFuture<?> asked = CompletableFuture.completedFuture(null);
        /** While the replica is loaded, what its transaction sees. */
        private @Nullable ModelState loading;
        /** Of a renewal that reads in the same snapshot. */
        private FeedLog.@Nullable Page early;

        private ModelLine(ModelServer on) {
            this.on = on;
        }

        <T> T ask(Function<ModelServer, CompletableFuture<T>> question) {
            if (broken) {
                throw away("the connection is gone");
            }
            var answer = new CompletableFuture<T>();
            asked = answer;
            Runnable gone = () -> travel(answer, () -> answer.completeExceptionally(away("the server is gone")));
            travel(answer, () -> arrive(question, answer, gone));
            boolean done = time.awaitDone(answer, limit.toNanos());
            on.clients().remove(gone);
            if (!done) {
                broken = true;
                throw away("no answer within " + limit);
            }
            try {
                return answer.get();
            } catch (InterruptedException | ExecutionException e) {
                broken = true;
                throw away(String.valueOf(e.getCause()));
            }
        }

        private <T> void arrive(
                Function<ModelServer, CompletableFuture<T>> question, CompletableFuture<T> answer, Runnable gone) {
            if (on.fate() == ModelServer.Fate.DEAD) {
                gone.run();
            } else {
                on.clients().add(gone);
                var _ = question.apply(on).thenAccept(value -> travel(answer, () -> answer.complete(value)));
            }
        }

        private ModelState snapshot() {
            var transaction = loading;
            return transaction == null ? ask(server -> CompletableFuture.completedFuture(server.state())) : transaction;
        }

        @Override
        public void abort() {
            if (flaw != Flaw.WAITS_FOR_THE_SILENT) {
                broken = true;
                asked.completeExceptionally(away("the connection was ended"));
            }
        }

        @Override
        public void limit(Duration call) {
            limit = call;
        }

        @Override
        public int number() {
            boolean polls = !limit.equals(SOCKET_TIMEOUT);
            return polls && flaw == Flaw.NO_NUMBERING_IN_POLLS ? 0 : ask(ModelServer::number);
        }

        @Override
        public Map<UUID, Epoch> numbersOf(Collection<UUID> entries) {
            return ask(server -> server.numbersOf(entries));
        }

        @Override
        public Epoch head() {
            return snapshot().head();
        }

        @Override
        public void notifyNodes() {
            notified.accept(on);
        }

        @Override
        public Nodes.Renewed renew(NodeId id, FeedSettings settings, Epoch applied) {
            return ask(server -> {
                early = server.page(applied.number());
                return server.renew(id, settings.maxStaleness(), applied);
            });
        }

        @Override
        public Nodes.Look look(List<Epoch> entries) {
            return ask(server -> server.look(entries));
        }

        @Override
        public void delete(Collection<NodeId> ids) {
            ids.forEach(id -> ask(server -> server.delete(id)));
        }

        @Override
        public int forgetLapsed() {
            return ask(ModelServer::forgetLapsed);
        }

        @Override
        public FeedLog.Page read(long from) {
            var renewed = early;
            return flaw == Flaw.READS_AS_IT_RENEWS && renewed != null ? renewed : ask(server -> server.read(from));
        }

        @Override
        public int trim() {
            return ask(ModelServer::trim);
        }

        @Override
        public Loaded load() {
            var seen = snapshot();
            time.pass(weather.travel());
            var at = new Position(seen.head(), on.identity());
            loading = seen;
            try {
                return new Loaded(at, replica.load(handle, at));
            } finally {
                loading = null;
            }
        }

        @Override
        public void apply(List<FeedEntry> entries) {
            replica.apply(entries, handle);
        }

        @Override
        public void close() {
            broken = true;
        }
    }
}
