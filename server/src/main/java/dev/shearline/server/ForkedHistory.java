package dev.shearline.server;

import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.verify.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Disables in the database, for an operator to look at, what this node knew as dead and a failover or a restore has brought back. */
final class ForkedHistory implements AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(ForkedHistory.class);

    private final ApiKeys keys;
    private volatile boolean closed;

    ForkedHistory(ApiKeys keys) {
        this.keys = keys;
    }

    /** Until it is done these keys are refused by this node's tombstones, and it is tried until it is done. */
    void disable(List<Directory.Resurrected> resurrected) {
        log.error("{} dead keys are alive after history has forked: disabling them", resurrected.size());
        Thread.startVirtualThread(() -> disableAll(resurrected));
    }

    /** One that cannot be disabled yet holds up no other. */
    private void disableAll(List<Directory.Resurrected> resurrected) {
        var left = new ArrayList<>(resurrected);
        while (!closed && !left.isEmpty()) {
            left.removeIf(this::disabled);
            if (!left.isEmpty()) {
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private boolean disabled(Directory.Resurrected key) {
        try {
            keys.disableForked(key.organization(), key.key(), key.deadAt());
            return true;
        } catch (RuntimeException e) {
            log.warn("cannot disable {} yet: {}", key.key(), e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
