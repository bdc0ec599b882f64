package dev.shearline.server.keys;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the key that another one was rotated from when that one is used first, where this was agreed. The end is an ordinary change and is
 * made on a thread of its own: who uses a key waits for nothing. Were it lost, the next use would bring it here again.
 */
public final class FirstUses {

    /** Rotations whose end is being written; beyond, the next use tries again. */
    static final int ENDING_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(FirstUses.class);

    private final BiConsumer<ApiKeyId, OrganizationId> endPredecessor;
    private final Set<ApiKeyId> ending = ConcurrentHashMap.newKeySet();

    /** @param endPredecessor given the new key; may be told twice */
    public FirstUses(BiConsumer<ApiKeyId, OrganizationId> endPredecessor) {
        this.endPredecessor = endPredecessor;
    }

    /** A key has been used whose first use ends another. */
    public void used(ApiKeyId key, OrganizationId organization) {
        if (ending.size() < ENDING_MAX && ending.add(key)) {
            Thread.startVirtualThread(() -> end(key, organization));
        }
    }

    private void end(ApiKeyId key, OrganizationId organization) {
        try {
            endPredecessor.accept(key, organization);
        } catch (RuntimeException e) {
            log.warn("cannot end the predecessor of {} now, its next use tries again: {}", key, e.getMessage());
        } finally {
            ending.remove(key);
        }
    }
}
