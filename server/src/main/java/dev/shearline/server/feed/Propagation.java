package dev.shearline.server.feed;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a change has come when the answer is given.
 *
 * @param complete no verification that arrives after this answer is answered from before the change
 * @param deadBy when every node will have it at the latest; unknown while the change has no number
 */
public record Propagation(
        int nodes, int acknowledged, int fenced, int pending, boolean complete, Optional<Instant> deadBy, long tookMs) {

    /** A propagation with the position of the change, which is unknown while the change has no number. */
    public record Measured(Optional<Epoch> epoch, Propagation propagation) {}
}
