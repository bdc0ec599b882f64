package dev.shearline.server.feed;

import java.time.Duration;
import java.util.Optional;

/**
 * Until when this node may answer. Counted from before the poll that reached the head was sent, on the monotonic and on the wall clock:
 * past either, the node is fenced. A machine that slept stops its monotonic clock, one whose time was set jumps on the other.
 */
public class Freshness {

    /** When the poll was sent that it counts from, and until when. */
    private record Deadline(Moment sent, long nanos, long wallMillis) {}

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

    /** How old what the node goes by may be, by the clock that says more; empty before it has ever reached the head. */
    public Optional<Duration> lag() {
        var until = deadline;
        if (until == null) {
            return Optional.empty();
        }
        long nanos = clocks.nanos().getAsLong() - until.sent.nanos;
        long millis = clocks.wall().millis() - until.sent.wallMillis;
        return Optional.of(Duration.ofMillis(Math.max(nanos / 1_000_000, millis)));
    }

    Moment now() {
        return new Moment(clocks.nanos().getAsLong(), clocks.wall().millis());
    }

    synchronized void extend(Moment sent, Duration staleness) {
        if (closed) {
            return;
        }
        deadline = new Deadline(sent, sent.nanos + staleness.toNanos(), sent.wallMillis + staleness.toMillis());
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
