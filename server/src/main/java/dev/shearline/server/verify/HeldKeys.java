package dev.shearline.server.verify;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one state of the directory: all of them while there is room; beyond, those that were looked for lately, all tombstones, and
 * of every other that it exists.
 *
 * <p>Read without locks. Written under this object's lock, by the follower and, beyond the room, by whoever brings what was read through. The
 * follower holds it for a batch of entries, so that a read comes before all of it or after.
 */
final class HeldKeys {

    /** What has become of a row that was read through. */
    enum Brought {
        SETTLED,
        /** The key has changed while it was read. */
        OUTDATED
    }

    private final KeyTable table;
    private final long max;
    private final LongAdder evictions;
    /** Null while all keys are held. */
    private volatile @Nullable Overflow overflow;

    /** How many keys there are to hold, dead ones apart. */
    record Expected(long live, long dead) {

        static final Expected NONE = new Expected(0, 0);
    }

    /**
     * @param max how many live ones are held
     * @param evictions counts those that were forgotten
     */
    HeldKeys(Expected expected, long max, LongAdder evictions) {
        this.table = new KeyTable(Math.min(expected.live, max) + expected.dead);
        this.max = max;
        this.evictions = evictions;
        if (expected.live > max) {
            overflow = new Overflow(expected.live + expected.dead);
        }
    }

    @Nullable
    KeyEntry find(KeyDigest digest) {
        var entry = table.find(digest);
        if (overflow != null && entry instanceof LiveKey live && !live.lookedFor) {
            live.lookedFor = true;
        }
        return entry;
    }

    @Nullable
    KeyEntry find(ApiKeyId id) {
        return table.find(id);
    }

    /** Whether a key that was not found may exist, and has to be read. */
    boolean mayExist(KeyDigest digest) {
        var beyond = overflow;
        return beyond != null && beyond.mayExist(digest);
    }

    boolean isComplete() {
        return overflow == null;
    }

    int size() {
        return table.size();
    }

    /** How many keys are known, held or not. */
    int known() {
        var beyond = overflow;
        return beyond == null ? table.size() : beyond.known();
    }

    /** Whether one more live key can be held without another one going for it. */
    boolean hasRoom() {
        return table.live() < max;
    }

    /** @param wanted whether it is worth more than those that are not */
    synchronized void load(KeyEntry entry, boolean wanted) {
        if (wanted && entry instanceof LiveKey live) {
            live.lookedFor = true;
        }
        hold(entry);
        makeRoom();
    }

    /** A key that is not held is there. */
    synchronized void exists(KeyDigest digest) {
        beyond().exists(digest);
    }

    /**
     * What an entry of the feed has brought or made. Nothing is forgotten for it before {@link #makeRoom}: an entry further on in a batch may
     * act on what is held.
     */
    synchronized void put(KeyEntry entry) {
        var beyond = overflow;
        if (beyond != null) {
            beyond.announced(entry.digest());
        }
        hold(entry);
    }

    private void hold(KeyEntry entry) {
        var beyond = overflow;
        if (beyond != null) {
            // first: from now on it may be forgotten
            beyond.exists(entry.digest());
        }
        table.put(entry);
    }

    /** Forgets of the live keys as many as are too many. */
    synchronized void makeRoom() {
        while (table.live() > max) {
            beyond();
            table.forgetOne();
            evictions.increment();
        }
    }

    private Overflow beyond() {
        var beyond = overflow;
        if (beyond == null) {
            beyond = Overflow.of(table);
            overflow = beyond;
        }
        return beyond;
    }

    synchronized void remove(KeyEntry entry) {
        table.remove(entry);
    }

    synchronized void removeIf(Predicate<KeyEntry> condition) {
        table.removeIf(condition);
    }

    /** An entry for this key is being applied: whoever reads its row meanwhile reads again. */
    synchronized void changed(String id) {
        var beyond = overflow;
        if (beyond != null) {
            beyond.changed(id);
        }
    }

    /** Before a row is asked for: all that was applied so far is in it. */
    synchronized long readBegins() {
        return beyond().changes();
    }

    /** What was read through is held from now on, unless it has changed since the read began. */
    synchronized Brought bring(KeyDigest digest, Optional<KeyEntry> row, long began) {
        var beyond = beyond();
        if (row.isEmpty()) {
            // whose row it would be is not known before an entry brings it
            if (beyond.wasAnnouncedSince(began, digest)) {
                return Brought.OUTDATED;
            }
            beyond.isAbsent(digest);
            return Brought.SETTLED;
        }
        var entry = row.get();
        if (beyond.hasChangedSince(began, entry.id().toString())) {
            return Brought.OUTDATED;
        }
        if (table.find(digest) == null) {
            if (entry instanceof LiveKey live) {
                live.lookedFor = true;
            }
            hold(entry);
            makeRoom();
        }
        return Brought.SETTLED;
    }
}
