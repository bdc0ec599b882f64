package dev.shearline.server.verify;

import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.net.IpAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a use of a key brings with it, whether the key was asked about or has called itself: its time is noted, and the first use of a
 * rotated key ends the key before it.
 */
final class KeyUses {

    /** Rotations whose end is being written. */
    static final int ENDING_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(KeyUses.class);

    private final LastUsed lastUsed;
    private final Consumer<LiveKey> endPredecessor;
    private final Set<KeyEntry> ending = ConcurrentHashMap.newKeySet();

    /** @param endPredecessor blocks; called on a thread of its own */
    KeyUses(LastUsed lastUsed, Consumer<LiveKey> endPredecessor) {
        this.lastUsed = lastUsed;
        this.endPredecessor = endPredecessor;
    }

    /** A key that was allowed. */
    void used(LiveKey key, Optional<IpAddress> address, long now) {
        var mark = key.lastUse;
        if (mark == null || !mark.moved(address, now)) {
            key.lastUse = lastUsed.record(key.id(), address, Instant.ofEpochMilli(now));
        }
        endPredecessor(key);
    }

    /** The credential of a request: the same one comes with every question, so it mostly finds this millisecond noted already. */
    void called(LiveKey key, IpAddress address, long now) {
        var mark = key.lastUse;
        if (mark == null || !mark.covers(now)) {
            used(key, Optional.of(address), now);
        }
    }

    /** The pending flag goes with the feed: were this lost, the next use would bring it here again. */
    private void endPredecessor(LiveKey key) {
        if (key.endsPredecessor() && ending.size() < ENDING_MAX && ending.add(key)) {
            Thread.startVirtualThread(() -> end(key));
        }
    }

    private void end(LiveKey key) {
        try {
            endPredecessor.accept(key);
        } catch (RuntimeException e) {
            log.warn("cannot end the predecessor of {} now, its next use tries again: {}", key.id(), e.getMessage());
        } finally {
            ending.remove(key);
        }
    }
}
