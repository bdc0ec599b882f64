package dev.shearline.server.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What is committed at one moment, as far as the protocol knows it. It does not change: a commit makes another one. */
record ModelState(Map<String, KeyRow> keys, List<EntryRow> entries, Map<String, NodeRow> nodes, long counter) {

    /**
     * A key, as the directory reads it.
     *
     * @param forked whether it was disabled because history has forked
     * @param confirmed at which version an operator has confirmed it
     */
    record KeyRow(int nth, int version, String state, boolean forked, int confirmed) {

        String id() {
            return ModelKeys.id(nth);
        }

        KeyRow at(int other) {
            return new KeyRow(nth, other, state, forked, confirmed);
        }
    }

    /** An entry of the feed; without an epoch it waits for its number. */
    record EntryRow(UUID id, Optional<Epoch> epoch, String kind, String target, int version, long atMillis) {

        EntryRow numbered(Epoch number) {
            return new EntryRow(id, Optional.of(number), kind, target, version, atMillis);
        }

        EntryRow older(Duration by) {
            return new EntryRow(id, epoch, kind, target, version, atMillis - by.toMillis());
        }

        boolean hasNumber(Predicate<Epoch> condition) {
            return epoch.filter(condition).isPresent();
        }
    }

    record NodeRow(long applied, long stalenessMillis, long leaseUntilMillis) {}

    static ModelState genesis(UUID id, long tag, long atMillis) {
        var entry = new EntryRow(id, Optional.of(new Epoch(1, tag)), "genesis", "", 0, atMillis);
        return new ModelState(new TreeMap<>(), List.of(entry), new TreeMap<>(), 1);
    }

    Epoch head() {
        return numbered()
                .map(entry -> entry.epoch().orElseThrow())
                .max(Comparator.comparingLong(Epoch::number))
                .orElseThrow();
    }

    boolean holds(Epoch epoch) {
        return entries.stream().anyMatch(entry -> entry.hasNumber(epoch::equals));
    }

    /** In the order of their numbers. */
    List<EntryRow> from(long number, int max) {
        return numbered()
                .filter(entry -> entry.hasNumber(epoch -> epoch.number() >= number))
                .sorted(Comparator.comparingLong(
                        entry -> entry.epoch().orElseThrow().number()))
                .limit(max)
                .toList();
    }

    private java.util.stream.Stream<EntryRow> numbered() {
        return entries.stream().filter(entry -> entry.epoch().isPresent());
    }

    /** In the order in which they are to be numbered. */
    List<EntryRow> waiting() {
        return entries.stream()
                .filter(entry -> entry.epoch().isEmpty())
                .sorted(Comparator.comparingLong(EntryRow::atMillis).thenComparing(EntryRow::id))
                .toList();
    }

    boolean anyWaitsSince(long millis) {
        return entries.stream().anyMatch(entry -> entry.epoch().isEmpty() && entry.atMillis() < millis);
    }

    ModelState with(KeyRow key, EntryRow entry) {
        return with(key).with(entry);
    }

    ModelState with(KeyRow key) {
        var changed = new TreeMap<>(keys);
        changed.put(key.id(), key);
        return new ModelState(changed, entries, nodes, counter);
    }

    ModelState with(EntryRow entry) {
        var changed = new ArrayList<>(entries);
        changed.add(entry);
        return new ModelState(keys, changed, nodes, counter);
    }

    ModelState numbered(Map<UUID, Epoch> numbers, long head) {
        var changed = entries.stream()
                .map(entry -> numbers.containsKey(entry.id()) ? entry.numbered(numbers.get(entry.id())) : entry)
                .toList();
        return new ModelState(keys, changed, nodes, head);
    }

    ModelState withoutEntries(Predicate<EntryRow> condition) {
        return new ModelState(keys, entries.stream().filter(condition.negate()).toList(), nodes, counter);
    }

    ModelState aged(Predicate<EntryRow> condition, Duration by) {
        var changed = entries.stream()
                .map(entry -> condition.test(entry) ? entry.older(by) : entry)
                .toList();
        return new ModelState(keys, changed, nodes, counter);
    }

    ModelState withNodes(UnaryOperator<Map<String, NodeRow>> change) {
        return new ModelState(keys, entries, change.apply(new TreeMap<>(nodes)), counter);
    }
}
