package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelState.EntryRow;
import dev.shearline.server.feed.ModelState.KeyRow;
import dev.shearline.server.feed.ModelState.NodeRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One PostgreSQL server from its start to its end, as far as the protocol can tell: READ COMMITTED, each call a transaction, rows locked
 * from the statement to the commit, what is committed visible when the commit is through and not before.
 *
 * <p>A call answers by a future, whoever waits for it and whether anybody does: a client that has gone ends nothing here.
 */
final class ModelServer {

    static final long EPOCH_MILLIS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    static final String COUNTER = "counter";
    private static final int HISTORY_MAX = 40;

    /** What has become of it. */
    enum Fate {
        RUNS,
        /** It answers what it has, and commits nothing: its synchronous standby has left it. */
        ISOLATED,
        DEAD
    }

    /** A transaction between its last statement and its commit. */
    private record Committing(UnaryOperator<ModelState> change) {}

    private final VirtualTime time;
    private final Weather weather;
    private final Flaw flaw;
    private final ServerIdentity identity;
    private final long clockOffsetMillis;
    private final Duration keep;
    private final Deque<ModelState> history = new ArrayDeque<>();
    private final Set<NodeId> renewed = new HashSet<>();
    private final List<Committing> committing = new ArrayList<>();
    private final Map<String, Deque<Runnable>> locks = new HashMap<>();
    private final Set<Runnable> clients = new LinkedHashSet<>();
    private ModelState state;
    private Fate fate = Fate.RUNS;

    /** @param keep how long entries are kept at least */
    ModelServer(
            VirtualTime time,
            Weather weather,
            Flaw flaw,
            int nth,
            ModelState state,
            long clockOffsetMillis,
            Duration keep) {
        this.time = time;
        this.weather = weather;
        this.flaw = flaw;
        this.identity = new ServerIdentity("server " + (flaw == Flaw.NO_SERVER ? 0 : nth));
        this.state = state;
        this.clockOffsetMillis = clockOffsetMillis;
        this.keep = keep;
        history.add(state);
    }

    ModelState state() {
        return state;
    }

    Fate fate() {
        return fate;
    }

    ServerIdentity identity() {
        return identity;
    }

    /** Who is to be told when it is dead. */
    Set<Runnable> clients() {
        return clients;
    }

    long nowMillis() {
        return EPOCH_MILLIS + clockOffsetMillis + time.now() / 1_000_000;
    }

    /** Who has renewed its lease here. */
    Set<NodeId> renewed() {
        return Set.copyOf(renewed);
    }

    void isolate() {
        fate = Fate.ISOLATED;
    }

    void die() {
        fate = Fate.DEAD;
        List.copyOf(clients).forEach(Runnable::run);
        clients.clear();
    }

    /** What its successor begins with: all that anybody has seen, and some of what nobody has been told yet. */
    ModelState kept() {
        var kept = state;
        for (var transaction : committing) {
            kept = time.random.nextBoolean() ? transaction.change.apply(kept) : kept;
        }
        return kept;
    }

    /** The same without the last of it. */
    ModelState keptWithout(int commits) {
        var states = List.copyOf(history);
        return states.get(Math.max(0, states.size() - 1 - commits));
    }

    // numbering -------------------------------------------------------------------------------------------------------

    CompletableFuture<Integer> number() {
        var answer = new CompletableFuture<Integer>();
        if (flaw == Flaw.NUMBERS_IN_ONE_STATEMENT) {
            // a statement that looks and locks has its snapshot from before the lock
            var snapshot = state;
            time.after(20 * weather.moment(), () -> number(answer, Optional.of(snapshot)));
        } else {
            number(answer, Optional.empty());
        }
        return answer;
    }

    private void number(CompletableFuture<Integer> answer, Optional<ModelState> snapshot) {
        if (locks.containsKey(COUNTER)) {
            // SKIP LOCKED
            answer.complete(-1);
            return;
        }
        locked(
                COUNTER,
                () -> time.after(weather.moment(), () -> {
                    var todo = snapshot.orElse(state).waiting();
                    long head = state.counter();
                    var numbers = new HashMap<UUID, Epoch>();
                    for (var entry : todo) {
                        numbers.put(entry.id(), new Epoch(head + numbers.size() + 1, tag()));
                    }
                    Runnable release = () -> {
                        unlock(COUNTER);
                        requireGapless();
                    };
                    commit(before -> before.numbered(numbers, head + numbers.size()), release, numbers.size(), answer);
                }));
    }

    private void requireGapless() {
        var numbers = state.from(0, Integer.MAX_VALUE).stream()
                .map(entry -> entry.epoch().orElseThrow().number())
                .toList();
        if (numbers.getLast() - numbers.getFirst() + 1 != numbers.size()) {
            throw new Violation("the numbers have gaps: " + numbers);
        }
    }

    private long tag() {
        long drawn = time.random.nextLong();
        return flaw == Flaw.NO_TAGS ? 0 : drawn;
    }

    CompletableFuture<Map<UUID, Epoch>> numbersOf(Collection<UUID> entries) {
        var wanted = new HashSet<>(entries);
        var numbers = new HashMap<UUID, Epoch>();
        for (var entry : state.entries()) {
            if (wanted.contains(entry.id()) && entry.epoch().isPresent()) {
                numbers.put(entry.id(), entry.epoch().get());
            }
        }
        return CompletableFuture.completedFuture(numbers);
    }

    // leases ----------------------------------------------------------------------------------------------------------

    CompletableFuture<Nodes.Renewed> renew(NodeId id, Duration staleness, Epoch applied) {
        var answer = new CompletableFuture<Nodes.Renewed>();
        var margin = flaw == Flaw.SHORT_LEASES ? Duration.ZERO : staleness.plus(Nodes.MARGIN);
        boolean counts = flaw == Flaw.ACKNOWLEDGES_ANY_HISTORY || state.holds(applied);
        var row = new NodeRow(counts ? applied.number() : 0, staleness.toMillis(), nowMillis() + margin.toMillis());
        var answered = new Nodes.Renewed(identity, Instant.ofEpochMilli(nowMillis()));
        locked(
                id.value(),
                () -> commit(
                        before -> before.withNodes(nodes -> {
                            renewed.add(id);
                            nodes.put(id.value(), row);
                            return nodes;
                        }),
                        id.value(),
                        answered,
                        answer));
        return answer;
    }

    CompletableFuture<Nodes.Look> look(List<Epoch> entries) {
        var held = new HashSet<>(entries);
        held.removeIf(entry -> !state.holds(entry));
        var rows = state.nodes().entrySet().stream()
                .map(node -> new Nodes.Row(
                        new NodeId(node.getKey()),
                        node.getValue().applied(),
                        Duration.ofMillis(node.getValue().stalenessMillis()),
                        node.getValue().leaseUntilMillis() < nowMillis()))
                .toList();
        return CompletableFuture.completedFuture(new Nodes.Look(rows, held, Instant.ofEpochMilli(nowMillis())));
    }

    CompletableFuture<Integer> delete(NodeId id) {
        var answer = new CompletableFuture<Integer>();
        locked(id.value(), () -> commit(without(List.of(id.value())), id.value(), 1, answer));
        return answer;
    }

    CompletableFuture<Integer> forgetLapsed() {
        long before = nowMillis() - Nodes.FORGET.toMillis();
        var lapsed = state.nodes().entrySet().stream()
                .filter(node -> node.getValue().leaseUntilMillis() < before && !locks.containsKey(node.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        var answer = new CompletableFuture<Integer>();
        lapsed.forEach(id -> locked(id, () -> {}));
        commit(without(lapsed), () -> lapsed.forEach(this::unlock), lapsed.size(), answer);
        return answer;
    }

    private static UnaryOperator<ModelState> without(Collection<String> ids) {
        return before -> before.withNodes(nodes -> {
            nodes.keySet().removeAll(ids);
            return nodes;
        });
    }

    // reading ---------------------------------------------------------------------------------------------------------

    CompletableFuture<FeedLog.Page> read(long from) {
        return CompletableFuture.completedFuture(page(from));
    }

    FeedLog.Page page(long from) {
        var entries = state.from(from, FeedLog.BATCH_MAX + 1).stream()
                .map(row -> new FeedEntry(
                        row.epoch().orElseThrow(),
                        ChangeKind.find(row.kind()),
                        Optional.empty(),
                        row.target(),
                        row.version() + (flaw == Flaw.VERSIONS_TOO_HIGH ? 5 : 0)))
                .toList();
        boolean late = flaw != Flaw.NEVER_LATE && state.anyWaitsSince(nowMillis() - FeedLog.LATE_NUMBER.toMillis());
        return new FeedLog.Page(entries, identity, late);
    }

    CompletableFuture<Integer> trim() {
        var answer = new CompletableFuture<Integer>();
        long young = nowMillis() - keep.toMillis();
        long below = Math.min(
                state.nodes().values().stream()
                        .filter(node -> node.leaseUntilMillis() > nowMillis())
                        .mapToLong(NodeRow::applied)
                        .min()
                        .orElse(Long.MAX_VALUE),
                Math.min(
                        state.entries().stream()
                                .filter(entry -> entry.atMillis() >= young
                                        && entry.epoch().isPresent())
                                .mapToLong(entry -> entry.epoch().orElseThrow().number())
                                .min()
                                .orElse(Long.MAX_VALUE),
                        state.counter()));
        long count =
                state.entries().stream().filter(entry -> isBelow(entry, below)).count();
        commit(before -> before.withoutEntries(entry -> isBelow(entry, below)), () -> {}, (int) count, answer);
        return answer;
    }

    private static boolean isBelow(EntryRow entry, long epoch) {
        return entry.hasNumber(number -> number.number() < epoch);
    }

    // changes of keys -------------------------------------------------------------------------------------------------

    /** A change of a key: the row as it shall be, if there is anything to do. */
    interface KeyChange extends Function<Optional<KeyRow>, Optional<KeyRow>> {}

    /** What a change has written. */
    record Written(EntryRow entry, KeyRow key) {}

    /** Locks the row, changes it, writes the entry, commits. Empty when there was nothing to do. */
    CompletableFuture<Optional<Written>> change(int nth, ChangeKind kind, KeyChange change) {
        var answer = new CompletableFuture<Optional<Written>>();
        var lock = ModelKeys.id(nth);
        locked(lock, () -> {
            var found = change.apply(Optional.ofNullable(state.keys().get(lock)));
            if (found.isEmpty()) {
                unlock(lock);
                answer.complete(Optional.empty());
                return;
            }
            var key = found.get();
            time.after(weather.moment(), () -> {
                var entry = new EntryRow(uuid(), Optional.empty(), kind.wire(), lock, key.version(), nowMillis());
                commit(before -> before.with(key, entry), lock, Optional.of(new Written(entry, key)), answer);
            });
        });
        return answer;
    }

    /** An entry about nothing, as from elsewhere. */
    CompletableFuture<UUID> append() {
        var answer = new CompletableFuture<UUID>();
        var entry = new EntryRow(uuid(), Optional.empty(), "catalog.changed", "", 0, nowMillis());
        commit(before -> before.with(entry), () -> {}, entry.id(), answer);
        return answer;
    }

    private UUID uuid() {
        return new UUID(time.random.nextLong(), time.random.nextLong());
    }

    // transactions ----------------------------------------------------------------------------------------------------

    private <T> void commit(UnaryOperator<ModelState> change, String lock, T value, CompletableFuture<T> answer) {
        commit(change, () -> unlock(lock), value, answer);
    }

    private <T> void commit(UnaryOperator<ModelState> change, Runnable release, T value, CompletableFuture<T> answer) {
        var transaction = new Committing(change);
        committing.add(transaction);
        time.after(weather.commit(), () -> {
            if (fate == Fate.RUNS) {
                committing.remove(transaction);
                state = change.apply(state);
                history.add(state);
                if (history.size() > HISTORY_MAX) {
                    history.remove();
                }
                release.run();
                answer.complete(value);
            }
        });
    }

    /** Goes on with the lock, at once or when those before have committed. */
    private void locked(String lock, Runnable then) {
        var queue = locks.get(lock);
        if (queue == null) {
            locks.put(lock, new ArrayDeque<>());
            then.run();
        } else {
            queue.add(then);
        }
    }

    private void unlock(String lock) {
        var next = Objects.requireNonNull(locks.get(lock)).poll();
        if (next == null) {
            locks.remove(lock);
        } else {
            next.run();
        }
    }

    /** A client locks it in a transaction and stops, until it is let go. */
    Runnable hold(String lock) {
        locked(lock, () -> {});
        return () -> unlock(lock);
    }

    /** What somebody does past all of this. */
    void edit(UnaryOperator<ModelState> change) {
        state = change.apply(state);
    }
}
