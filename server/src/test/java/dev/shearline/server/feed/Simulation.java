package dev.shearline.server.feed;

import dev.shearline.server.db.Committed;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.feed.ModelServer.Written;
import dev.shearline.server.feed.ModelState.KeyRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: three nodes as they are, on a modelled database, with callers that change keys, and with all that can go wrong, drawn from
 * a seed.
 *
 * <p><b>Safety</b>: after each step of a node, what it would answer is held against what callers were told ({@link Promises}), and a process that
 * has known a key as revoked does not allow it again. <b>Convergence</b>: when nothing goes wrong any more, every node answers, holds what the
 * database holds, and whoever asks is told that all nodes have it.
 */
final class Simulation {

    private static final int NODES = 3;
    private static final int KEYS = 6;
    private static final Duration TROUBLED = Duration.ofSeconds(30);
    /** The longest call, the longest time-out, a lease, and some polls. */
    private static final Duration CALM = Duration.ofSeconds(22);

    private static final List<Integer> STALENESS_SECONDS = List.of(1, 3, 10);
    private static final List<Integer> POLL_MILLIS = List.of(100, 250, 400);

    /** What was seen of a run. */
    record Report(long events, int promises, long allowed, int epochs) {}

    private final Flaw flaw;
    private final VirtualTime time;
    private final Weather weather;
    private final ModelCluster cluster;
    private final FeedSettings settings;
    private final Failovers failovers;
    private final Promises promises = new Promises(KEYS);
    /** Who may answer until when from before a failover that has lost commits. */
    private Set<NodeId> unheard = Set.of();

    private long unheardUntil;
    private final BitSet confirmed = new BitSet();
    private final List<String> story = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final VirtualTime.Host callers = new VirtualTime.Host() {
        @Override
        void stepped() {}
    };
    private boolean calm;
    private int servers = 1;

    private Simulation(long seed, Flaw flaw) {
        this.flaw = flaw;
        time = new VirtualTime(seed);
        weather = new Weather(time.random);
        cluster = new ModelCluster(time, weather, flaw, Duration.ofSeconds(5));
        settings = SimulatedNode.settings(
                Duration.ofSeconds(oneOf(STALENESS_SECONDS)),
                Duration.ofMillis(oneOf(POLL_MILLIS)),
                time.random.nextBoolean());
        var drawn = oneOf(List.of(Failovers.values()));
        failovers = flaw.forks() ? Failovers.COMMITS : drawn;
    }

    /** Runs the schedule of that seed to its end, or to what must not be. */
    static Report run(long seed, Flaw flaw) {
        var simulation = new Simulation(seed, flaw);
        try {
            return simulation.run();
        } catch (Violation e) {
            simulation.story.add(e.getMessage());
            throw new Violation(String.join("\n", simulation.story), e);
        } finally {
            simulation.end();
        }
    }

    private Report run() {
        for (int i = 0; i < NODES; i++) {
            var node = new SimulatedNode(this, time, i);
            nodes.add(node);
            time.after(seconds(0, 2), node::start);
            time.after(seconds(2, 15), () -> trouble(node));
        }
        for (int i = 0; i < KEYS; i++) {
            int key = i;
            time.start(callers, () -> callFor(key));
        }
        if (failovers != Failovers.NONE) {
            time.after(seconds(5, 20), this::failOver);
        }
        time.after(seconds(2, 15), this::holdCounter);
        time.run(TROUBLED.toNanos());
        calm = true;
        weather.calm();
        time.run(CALM.toNanos());
        var convergence = new Convergence(time, nodes, cluster, failovers == Failovers.COMMITS);
        convergence.requireEqual(KEYS);
        convergence.requireComplete();
        convergence.requireRecovery(settings.maxStaleness());
        return new Report(time.count(), promises.count(), promises.allowed(), (int)
                cluster.primary().state().counter());
    }

    private void end() {
        calm = true;
        nodes.forEach(SimulatedNode::crash);
        time.end(callers);
    }

    // what nodes ask for ----------------------------------------------------------------------------------------------

    Flaw flaw() {
        return flaw;
    }

    FeedSettings settings() {
        return settings;
    }

    ModelPrimary primaryFor(SimulatedNode node, Replica replica) {
        return new ModelPrimary(
                time,
                weather,
                flaw,
                () -> node.findsOldPrimary() && chance(0.6) ? cluster.oldest() : cluster.primary(),
                replica,
                this::notify,
                this::committed);
    }

    private void notify(ModelServer by) {
        for (var node : nodes) {
            var run = node.run();
            if (run != null && by == cluster.primary() && chance(0.7)) {
                time.after(weather.travel(), () -> run.primary().wake());
            }
        }
    }

    boolean chance(double likely) {
        return time.random.nextDouble() < likely;
    }

    // what callers do -------------------------------------------------------------------------------------------------

    private void callFor(int key) {
        time.pass(seconds(0, 4));
        var kinds = new ArrayList<>(List.of(ChangeKind.KEY_CREATED));
        while (!calm) {
            var kind = kinds.isEmpty() ? next() : kinds.removeLast();
            var answered = new CompletableFuture<Boolean>();
            var node = oneOf(nodes);
            var run = node.run();
            if (run != null) {
                time.start(node, () -> answered.complete(serve(run, key, kind)));
            }
            // a process that dies answers nothing
            if (!time.awaitDone(answered, seconds(4, 20)) || !answered.join()) {
                kinds.add(kind);
            }
            time.pass(seconds(0.05, 3));
        }
    }

    private ChangeKind next() {
        double dice = time.random.nextDouble();
        return dice < 0.45 ? ChangeKind.KEY_DISABLED : dice < 0.85 ? ChangeKind.KEY_ENABLED : ChangeKind.KEY_REVOKED;
    }

    /** One request, on a node; false when its caller has to try again. */
    private boolean serve(SimulatedNode.Run run, int key, ChangeKind kind) {
        try {
            int server = servers - 1;
            var seen = new KeyRow[1];
            var written = run.management().change(key, kind, row -> {
                row.ifPresent(found -> seen[0] = found);
                var changed = KeyChanges.of(key, kind).apply(row);
                // whether or not anybody hears of it
                changed.filter(to -> to.confirmed() > 0).ifPresent(to -> confirmed.set(to.nth()));
                return changed;
            });
            if (written.isPresent()) {
                if (chance(0.9)) {
                    told(run, written.get(), kind, server);
                }
            } else if (kind == ChangeKind.KEY_REVOKED && seen[0] != null) {
                toldAgain(run, seen[0], server);
            }
            return true;
        } catch (DatabaseUnavailableException e) {
            return false;
        }
    }

    /** Whether or not anybody is told. */
    private void committed(KeyRow key) {
        long bound = settings.maxStaleness().plus(FeedLog.LATE_NUMBER).toNanos();
        promise(key, bound, servers - 1, "committed, with time enough for all nodes,");
    }

    private void told(SimulatedNode.Run run, Written written, ChangeKind kind, int server) {
        var patience = kind.isRemoving() ? FeedNode.REMOVING_WAIT : FeedNode.WIDENING_WAIT;
        var measured = run.feed()
                .propagate(new Committed<>(true, List.of(written.entry().id()), time.now()), patience);
        promised(written.key(), measured.propagation(), server);
    }

    private void toldAgain(SimulatedNode.Run run, KeyRow revoked, int server) {
        if (revoked.state().equals("revoked")) {
            promised(revoked, run.feed().propagateHead(FeedNode.REMOVING_WAIT).propagation(), server);
        }
    }

    private void promised(KeyRow key, Propagation told, int server) {
        tell("told of " + key + ": " + told);
        if (told.complete()) {
            promise(key, 0, server, "complete");
        } else {
            told.deadBy().ifPresent(time -> {
                long wait = time.toEpochMilli() - cluster.primary().nowMillis();
                promise(key, TimeUnit.MILLISECONDS.toNanos(wait), server, "to be everywhere");
            });
        }
    }

    private void promise(KeyRow key, long wait, int server, String told) {
        promises.add(new Promises.Promise(
                key.nth(), key.version(), time.now() + wait, server, told, unheard(), unheardUntil));
        time.after(wait, () -> nodes.forEach(this::check));
    }

    /**
     * Whom a promise does not concern yet. An asynchronous standby may have missed the last renewals of nodes, which answer on until they are
     * fenced by their own clocks: the primary that it becomes counts without them, until they renew there.
     */
    private Set<NodeId> unheard() {
        var left = new HashSet<>(unheard);
        left.removeAll(cluster.primary().renewed());
        return left;
    }

    // what goes wrong -------------------------------------------------------------------------------------------------

    private void trouble(SimulatedNode node) {
        if (calm) {
            return;
        }
        var run = node.run();
        if (run != null && !node.isFrozen()) {
            long left = TROUBLED.toNanos() - time.now();
            happens(node, run, left);
        }
        time.after(seconds(1, 12), () -> trouble(node));
    }

    private void happens(SimulatedNode node, SimulatedNode.Run run, long left) {
        switch (time.random.nextInt(8)) {
            case 0, 1 -> {
                tell(node + " crashes");
                node.crash();
                time.after(seconds(0.05, 6), () -> restart(node));
            }
            case 2 -> {
                tell(node + " leaves");
                node.leave(gone -> time.after(seconds(0.05, 2), () -> restart(gone)));
            }
            case 3, 4 -> {
                tell(node + " freezes");
                node.freeze(Math.min(left, seconds(0.2, 20)), node.sleeps() && chance(0.5));
            }
            case 5 -> {
                if (!node.sleeps()) {
                    tell(node + " has its clock set");
                    node.setClock(time.random.nextInt(40_000) - 20_000L);
                }
            }
            default -> {
                tell(node + " is cut off");
                long cut = Math.min(left, seconds(0.2, 15));
                run.primary().cut(cut);
                run.management().cut(chance(0.5) ? cut : 0);
            }
        }
    }

    private void restart(SimulatedNode node) {
        if (node.run() == null) {
            node.start();
        }
    }

    /** A client that has stopped in a transaction with the lock of the numberer. */
    private void holdCounter() {
        if (calm) {
            return;
        }
        time.after(seconds(0.1, 8), cluster.primary().hold(ModelServer.COUNTER));
        time.after(seconds(9, 15), this::holdCounter);
    }

    private void failOver() {
        if (calm) {
            return;
        }
        var before = cluster.primary().state().keys();
        switch (failovers) {
            case NONE -> {}
            case NOTHING_SEEN -> cluster.failOver();
            case BESIDE -> {
                long beside = Math.min(TROUBLED.toNanos() - time.now(), seconds(0.5, 20));
                nodes.forEach(node -> node.findsOldPrimary(chance(0.5)));
                cluster.failOverBeside(beside);
            }
            case COMMITS -> cluster.failOverWithout(chance(0.5) ? 1 + time.random.nextInt(3) : time.random.nextInt(30));
        }
        servers++;
        failedOver(before);
        time.after(seconds(2, 15), this::failOver);
    }

    private void failedOver(Map<String, KeyRow> before) {
        tell("failed over, losing " + failovers);
        promises.failedOver(cluster.primary().state());
        // what disabled a key again was lost too: two failovers that lose commits are one too many
        cluster.primary().state().keys().values().stream()
                .filter(key -> !key.forked() && wasForked(before.get(key.id())))
                .forEach(key -> confirmed.set(key.nth()));
        if (failovers == Failovers.COMMITS) {
            unheard = cluster.renewedBefore();
            unheardUntil = time.now() + settings.maxStaleness().toNanos();
        }
        // the failover has committed what was under way
        cluster.primary().state().keys().values().stream()
                .filter(key -> before.getOrDefault(key.id(), key.at(0)).version() < key.version())
                .forEach(this::committed);
    }

    private static boolean wasForked(@Nullable KeyRow row) {
        return row != null && row.forked();
    }

    // what must hold --------------------------------------------------------------------------------------------------

    void check(SimulatedNode node) {
        var run = node.run();
        if (run == null) {
            return;
        }
        boolean answers = node.answers();
        if (answers) {
            promises.check(node, run, time.now());
        }
        for (int key = 0; key < KEYS; key++) {
            if (run.directory().isDead(ModelKeys.digest(key))) {
                run.revoked().set(key);
            } else if (answers
                    && run.revoked().get(key)
                    && !confirmed.get(key)
                    && node.shows(key).startsWith("active")) {
                throw new Violation(node + " has known key " + key + " as revoked, and allows it");
            }
        }
    }

    private void tell(String what) {
        story.add("%10.6f %s".formatted(time.now() / 1e9, what));
    }

    // chance ----------------------------------------------------------------------------------------------------------

    private long seconds(double from, double to) {
        return (long) ((from + time.random.nextDouble() * (to - from)) * TimeUnit.SECONDS.toNanos(1));
    }

    private <T> T oneOf(List<T> some) {
        return some.get(time.random.nextInt(some.size()));
    }
}
