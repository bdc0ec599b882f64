package dev.shearline.server.limits;

import org.jspecify.annotations.Nullable;

/** What the limits of a key, its owner and its organization say of one use. */
public final class Draw {

    private final Reading reading;
    private final @Nullable Draw before;
    private final Meter meter;
    private final Cost cost;

    private Draw(Reading reading, @Nullable Draw before, Meter meter, Cost cost) {
        this.reading = reading;
        this.before = before;
        this.meter = meter;
        this.cost = cost;
    }

    static Draw first(Meter meter, Reading reading, Cost cost) {
        return new Draw(reading, null, meter, cost);
    }

    Draw and(Meter next, Reading itsReading) {
        return new Draw(reading.tighter(itsReading), this, next, cost);
    }

    /** Of the limit that refuses, or else of the tightest. */
    public Reading reading() {
        return reading;
    }

    public boolean granted() {
        return reading.granted();
    }

    /** What was granted was not used. */
    public void giveBack() {
        if (before != null) {
            before.giveBack();
        }
        meter.giveBack(cost);
    }

    /** The header {@code RateLimit-Policy}: all limits that were asked. */
    public String policies() {
        return before == null ? meter.policies() : before.policies() + ", " + meter.policies();
    }

    /** The header {@code RateLimit}. */
    public String remaining() {
        var text = "\"" + reading.policy() + "\";r=" + reading.remaining();
        return reading.resetMillis() == Reading.NEVER ? text : text + ";t=" + Math.ceilDiv(reading.resetMillis(), 1000);
    }
}
