package dev.shearline.server.verify;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All keys, by digest and by id: two open-addressing arrays over the same entries, 16 bytes a key where a hash map takes 100.
 *
 * <p>One writer at a time; any number of readers without locks. An entry is immutable and is replaced in place by a volatile
 * write, so a reader sees the old one or the new one, never none. Removal leaves a marker, since a reader may be probing past it; growing
 * copies into a new array, which then replaces the old.
 */
final class KeyTable {

    private static final int CAPACITY_MIN = 1 << 10;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final Object REMOVED = new Object();

    private volatile @Nullable Object[] byDigest;
    private volatile @Nullable Object[] byId;
    /** Slots that are not empty, removed ones included: what decides about growing. */
    private int occupied;

    private int size;
    private int live;
    /** Where the look for something to forget goes on. */
    private int hand;

    KeyTable(long expected) {
        int capacity = capacityFor(expected);
        byDigest = new Object[capacity];
        byId = new Object[capacity];
    }

    @Nullable
    KeyEntry find(KeyDigest digest) {
        var slots = byDigest;
        int mask = slots.length - 1;
        for (int i = digestHash(digest.a()) & mask; ; i = (i + 1) & mask) {
            var slot = SLOT.getAcquire(slots, i);
            if (slot == null) {
                return null;
            }
            if (slot instanceof KeyEntry entry && entry.hasDigest(digest)) {
                return entry;
            }
        }
    }

    @Nullable
    KeyEntry find(ApiKeyId id) {
        var slots = byId;
        int mask = slots.length - 1;
        for (int i = idHash(id.high(), id.low()) & mask; ; i = (i + 1) & mask) {
            var slot = SLOT.getAcquire(slots, i);
            if (slot == null) {
                return null;
            }
            if (slot instanceof KeyEntry entry && entry.hasId(id)) {
                return entry;
            }
        }
    }

    /** Adds the entry, or replaces the one of the same key. */
    void put(KeyEntry entry) {
        if ((occupied + 1) * 3L > byDigest.length * 2L) {
            rebuild(capacityFor(size + 1L));
        }
        var replaced = place(byDigest, entry, entry.digestHash());
        place(byId, entry, entry.idHash());
        if (replaced == null) {
            occupied++;
            size++;
        }
        live += (entry instanceof LiveKey ? 1 : 0) - (replaced instanceof LiveKey ? 1 : 0);
    }

    void remove(KeyEntry entry) {
        var removed = erase(byDigest, entry, entry.digestHash());
        if (removed != null) {
            erase(byId, entry, entry.idHash());
            size--;
            live -= removed instanceof LiveKey ? 1 : 0;
        }
    }

    /** Removes a live key that nobody has looked for since the hand came by last; after two rounds any. There must be one. */
    void forgetOne() {
        var slots = byDigest;
        int mask = slots.length - 1;
        for (long passed = 0; ; passed++) {
            hand = (hand + 1) & mask;
            if (slots[hand] instanceof LiveKey key) {
                if (!key.lookedFor || passed > 2L * slots.length) {
                    remove(key);
                    return;
                }
                key.lookedFor = false;
            }
        }
    }

    void removeIf(Predicate<KeyEntry> condition) {
        for (var slot : byDigest) {
            if (slot instanceof KeyEntry entry && condition.test(entry)) {
                remove(entry);
            }
        }
    }

    void forEach(Consumer<KeyEntry> action) {
        for (var slot : byDigest) {
            if (slot instanceof KeyEntry entry) {
                action.accept(entry);
            }
        }
    }

    int size() {
        return size;
    }

    /** How many of them are no tombstones. */
    int live() {
        return live;
    }

    /** The same key's entry that was replaced; null when a free slot was taken. */
    private static @Nullable KeyEntry place(@Nullable Object[] slots, KeyEntry entry, int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            var slot = slots[i];
            if (slot == null) {
                SLOT.setVolatile(slots, i, entry);
                return null;
            }
            if (slot instanceof KeyEntry held && held.hasDigest(entry.digest())) {
                SLOT.setVolatile(slots, i, entry);
                return held;
            }
        }
    }

    private static @Nullable KeyEntry erase(@Nullable Object[] slots, KeyEntry entry, int hash) {
        int mask = slots.length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask) {
            var slot = slots[i];
            if (slot == null) {
                return null;
            }
            if (slot instanceof KeyEntry held && held.hasDigest(entry.digest())) {
                SLOT.setVolatile(slots, i, REMOVED);
                return held;
            }
        }
    }

    private void rebuild(int capacity) {
        @Nullable Object[] digests = new Object[capacity];
        @Nullable Object[] ids = new Object[capacity];
        for (var slot : byDigest) {
            if (slot instanceof KeyEntry entry) {
                place(digests, entry, entry.digestHash());
                place(ids, entry, entry.idHash());
            }
        }
        occupied = size;
        byDigest = digests;
        byId = ids;
    }

    /** A power of two that leaves at least half of it free, so that it does not grow again at once. */
    private static int capacityFor(long entries) {
        int capacity = CAPACITY_MIN;
        while (capacity < entries * 2 && capacity < 1 << 30) {
            capacity <<= 1;
        }
        return capacity;
    }

    /** A SHA-256 is as good a hash as any of its parts. */
    static int digestHash(long first) {
        return (int) (first ^ first >>> 32);
    }

    static int idHash(long high, int low) {
        long mixed = (high * 4096 + low) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }
}
