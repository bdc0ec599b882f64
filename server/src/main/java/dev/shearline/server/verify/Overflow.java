package dev.shearline.server.verify;

import dev.shearline.token.KeyDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of keys whose records are not held: that they exist, and which have changed while somebody read them. */
final class Overflow {

    /** Digests whose rows are known not to be there; beyond, all are forgotten and looked for again. */
    static final int ABSENT_MAX = 10_000;
    /** Keys whose last change is remembered; a read that began before the oldest of these is made again. */
    static final int CHANGED_MAX = 10_000;

    private final Fingerprints fingerprints;
    private final Set<KeyDigest> absent = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> changedAt = new LinkedHashMap<>();
    private long changes;
    private long forgotten;

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
        if (absent.size() >= ABSENT_MAX) {
            absent.clear();
        }
        absent.add(digest);
    }

    /** An entry for this key is being applied. */
    void changed(String id) {
        changes++;
        // put at the end, so that the first is the oldest
        changedAt.remove(id);
        changedAt.put(id, changes);
        if (changedAt.size() > CHANGED_MAX) {
            var oldest = changedAt.entrySet().iterator();
            forgotten = oldest.next().getValue();
            oldest.remove();
        }
    }

    /** A moment of this directory, to compare with later. */
    long changes() {
        return changes;
    }

    boolean hasChangedSince(long moment, String id) {
        return moment < forgotten || changedAt.getOrDefault(id, 0L) > moment;
    }
}
