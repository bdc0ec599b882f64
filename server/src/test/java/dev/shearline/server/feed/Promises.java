package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelState.KeyRow;
import dev.shearline.server.verify.DirectoryLooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What callers were told, and whether a node says anything else. */
final class Promises {

    /**
     * From that time on no node answers from before this version of the key.
     *
     * @param server the one that the change was written on
     * @param unheard the nodes that cannot keep it before {@code unheardUntil}
     */
    record Promise(
            int key, int version, long fromNanos, int server, String told, Set<NodeId> unheard, long unheardUntil) {

        boolean binds(NodeId node, long now) {
            return fromNanos <= now && (unheardUntil <= now || !unheard.contains(node));
        }
    }

    private final List<List<Promise>> byKey = new ArrayList<>();
    /** By the number of each server but the first: the keys that it began with. */
    private final List<Map<String, KeyRow>> begins = new ArrayList<>();

    private int count;
    private long allowed;

    Promises(int keys) {
        for (int i = 0; i < keys; i++) {
            byKey.add(new ArrayList<>());
        }
    }

    int count() {
        return count;
    }

    /** How often a node would have allowed a key when it was looked at. */
    long allowed() {
        return allowed;
    }

    /** What a failover has lost was promised by nobody who could keep it. */
    void failedOver(ModelState begin) {
        begins.add(begin.keys());
        byKey.forEach(promises -> promises.removeIf(this::isLost));
    }

    private boolean isLost(Promise promise) {
        return begins.stream().skip(promise.server).anyMatch(keys -> {
            var row = keys.get(ModelKeys.id(promise.key));
            return row == null || row.version() < promise.version;
        });
    }

    void add(Promise promise) {
        if (!isLost(promise)) {
            count++;
            byKey.get(promise.key).add(promise);
        }
    }

    void check(SimulatedNode node, SimulatedNode.Run run, long now) {
        for (int key = 0; key < byKey.size(); key++) {
            int held = DirectoryLooks.heldAt(run.directory(), ModelKeys.digest(key));
            allowed += held > 0 ? 1 : 0;
            for (var promise : byKey.get(key)) {
                if (Math.abs(held) < promise.version && promise.binds(run.feed().id(), now)) {
                    throw new Violation("%s answers from version %d of key %d, of which version %d was %s at %.6f s"
                            .formatted(
                                    node, Math.abs(held), key, promise.version, promise.told, promise.fromNanos / 1e9));
                }
            }
        }
    }
}
