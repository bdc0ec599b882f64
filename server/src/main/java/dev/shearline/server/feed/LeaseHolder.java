package dev.shearline.server.feed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's lease: its row, and the locked file that proves the process is alive. */
final class LeaseHolder {

    private static final Logger log = LoggerFactory.getLogger(LeaseHolder.class);

    private final NodeId id;
    private final FeedSettings settings;
    private final Primary primary;
    private final IdFiles files;
    private boolean predecessorsGone;

    LeaseHolder(NodeId id, FeedSettings settings, Primary primary, IdFiles files) {
        this.id = id;
        this.settings = settings;
        this.primary = primary;
        this.files = files;
    }

    NodeId id() {
        return id;
    }

    /** Takes the file; the row comes with the first renewal. */
    void hold() {
        try {
            files.hold(id);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "This node cannot keep its id in " + settings.directory() + " (" + e
                            + "). Make room there, or choose another directory by the setting data-dir.",
                    e);
        }
    }

    Nodes.Renewed renew(Primary.Line line, Epoch applied) {
        if (!predecessorsGone) {
            removePredecessors(line);
            predecessorsGone = true;
        }
        return line.renew(id, settings, applied);
    }

    private void removePredecessors(Primary.Line line) {
        try {
            var dead = files.findDead();
            if (!dead.isEmpty()) {
                line.delete(dead);
                files.forget(dead);
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
            primary.call(line -> {
                line.delete(List.of(id));
                return true;
            });
        } catch (RuntimeException e) {
            log.warn("cannot delete this node's lease, it lapses by itself: {}", e.getMessage());
        }
        try {
            files.release();
        } catch (IOException e) {
            log.warn("cannot remove this node's id file", e);
        }
    }
}
