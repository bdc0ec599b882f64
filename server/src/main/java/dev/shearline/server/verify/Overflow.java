package dev.shearline.server.verify;

import dev.shearline.token.KeyDigest;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of keys whose records are not held: that they exist, and which have changed while somebody read them. */
final class Overflow {

    /** Digests whose rows are known not to be there; beyond, the oldest is forgotten and looked for again. */
    static final int ABSENT_MAX = 10_000;
    /** Keys whose last change is remembered; a read that began before the oldest of these is made again. */
    static final int CHANGED_MAX = 10_000;

    private final Fingerprints fingerprints;
    private final Set<KeyDigest> absent = ConcurrentHashMap.newKeySet();
    private final Queue<KeyDigest> oldestAbsent = new ArrayDeque<>();
    private final LastChanges<String> changed = new LastChanges<>();
    private final LastChanges<KeyDigest> announced = new LastChanges<>();
    private long changes;

    /** @param expected how many keys there are, held or not */
    Overflow(long expected) {
        fingerprints = new Fingerprints(expected);
    }

    static Overflow of(KeyTable held) {
        var overflow = new Overflow(held.size());
        held.forEach(entry -> overflow.fingerprints.add(entry.digest()));
        return overflow;
    }

    /** Without a lock. */
    boolean mayExist(KeyDigest digest) {
        return fingerprints.mayHold(digest) && !absent.contains(digest);
    }

    int known() {
        return fingerprints.size();
    }

    void exists(KeyDigest digest) {
        fingerprints.add(digest);
        absent.remove(digest);
    }

    void isAbsent(KeyDigest digest) {
        if (absent.add(digest)) {
            oldestAbsent.add(digest);
        }
        if (oldestAbsent.size() > ABSENT_MAX) {
            absent.remove(oldestAbsent.remove());
        }
    }

    /** An entry for this key is being applied. */
    void changed(String id) {
        changes++;
        changed.note(id, changes);
    }

    /** The entry that is being applied has brought a row with this digest. */
    void announced(KeyDigest digest) {
        announced.note(digest, changes);
    }

    /** A moment of this directory, to compare with later. */
    long changes() {
        return changes;
    }

    boolean hasChangedSince(long moment, String id) {
        return changed.isAfter(moment, id);
    }

    boolean wasAnnouncedSince(long moment, KeyDigest digest) {
        return announced.isAfter(moment, digest);
    }

    /** At which moment each of the last so many was changed; any other one may have been at any moment before these. */
    private static final class LastChanges<K> {

        private final Map<K, Long> moments = new LinkedHashMap<>();
        private long forgotten;

        void note(K changed, long moment) {
            // put at the end, so that the first is the oldest
            moments.remove(changed);
            moments.put(changed, moment);
            if (moments.size() > CHANGED_MAX) {
                var oldest = moments.entrySet().iterator();
                forgotten = oldest.next().getValue();
                oldest.remove();
            }
        }

        boolean isAfter(long moment, K changed) {
            return moment < forgotten || moments.getOrDefault(changed, 0L) > moment;
        }
    }
}
