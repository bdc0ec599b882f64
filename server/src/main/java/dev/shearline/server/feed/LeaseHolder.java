package dev.shearline.server.feed;

import dev.shearline.server.db.NodeDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's lease: its row, and the locked file that proves the process is alive. */
final class LeaseHolder {

    private static final Logger log = LoggerFactory.getLogger(LeaseHolder.class);

    private final NodeId id;
    private final FeedSettings settings;
    private final NodeDatabase database;
    private @Nullable NodeIdFile file;
    private boolean predecessorsGone;

    LeaseHolder(NodeId id, FeedSettings settings, NodeDatabase database) {
        this.id = id;
        this.settings = settings;
        this.database = database;
    }

    NodeId id() {
        return id;
    }

    /** Takes the file; the row comes with the first renewal. */
    void hold() {
        try {
            file = NodeIdFile.hold(settings.directory(), id);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "This node cannot keep its id in " + settings.directory() + " (" + e
                            + "). Make room there, or choose another directory by the setting data-dir.",
                    e);
        }
    }

    Nodes.Renewed renew(Handle handle, Epoch applied, Duration staleness) {
        if (!predecessorsGone) {
            removePredecessors(handle);
            predecessorsGone = true;
        }
        return Nodes.renew(handle, id, settings.version(), settings.address().get(), applied, staleness);
    }

    private void removePredecessors(Handle handle) {
        try {
            var dead = NodeIdFile.findDead(settings.directory());
            if (!dead.isEmpty()) {
                Nodes.delete(handle, dead);
                NodeIdFile.forget(settings.directory(), dead);
                log.info("removed the leases of {} earlier runs of this node", dead.size());
            }
        } catch (IOException e) {
            log.warn(
                    "cannot read the ids of earlier runs in {}: their leases lapse by themselves",
                    settings.directory(),
                    e);
        }
    }

    /** The last step of leaving, when nothing is answered any more. */
    void release() {
        try {
            database.call(handle -> {
                Nodes.delete(handle, List.of(id));
                return true;
            });
        } catch (RuntimeException e) {
            log.warn("cannot delete this node's lease, it lapses by itself: {}", e.getMessage());
        }
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.warn("cannot remove this node's id file", e);
        }
    }
}
