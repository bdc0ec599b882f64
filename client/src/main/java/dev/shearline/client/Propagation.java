package dev.shearline.client;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a change has come.
 *
 * @param complete no verification that arrives at a server after the answer is answered from before the change
 * @param deadBy when every node will have it at the latest
 */
public record Propagation(
        int nodes,
        int acknowledged,
        int fenced,
        int pending,
        boolean complete,
        Optional<Instant> deadBy,
        long tookMs) {}
