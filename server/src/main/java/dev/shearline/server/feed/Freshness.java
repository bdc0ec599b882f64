package dev.shearline.server.feed;

import java.time.Duration;

/**
 * Until when this node may answer. Counted from before the poll that reached the head was sent, on the monotonic and on the wall clock:
 * past either, the node is fenced. A machine that slept stops its monotonic clock, one whose time was set jumps on the other.
 */
public class Freshness {

    private record Deadline(long nanos, long wallMillis) {}

    /** When a poll was sent, on both clocks. */
    record Moment(long nanos, long wallMillis) {}

    private final Clocks clocks;
    private volatile @org.jspecify.annotations.Nullable Deadline deadline;
    private boolean closed;

    Freshness(Clocks clocks) {
        this.clocks = clocks;
    }

    public boolean isFresh() {
        var until = deadline;
        return until != null
                && clocks.nanos().getAsLong() - until.nanos < 0
                && clocks.wall().millis() < until.wallMillis;
    }

    Moment now() {
        return new Moment(clocks.nanos().getAsLong(), clocks.wall().millis());
    }

    synchronized void extend(Moment sent, Duration staleness) {
        if (closed) {
            return;
        }
        deadline = new Deadline(sent.nanos + staleness.toNanos(), sent.wallMillis + staleness.toMillis());
    }

    synchronized void end() {
        deadline = null;
    }

    /** For good: a poll that is still under way when the node leaves must not make it answer again. */
    synchronized void close() {
        closed = true;
        deadline = null;
    }
}
