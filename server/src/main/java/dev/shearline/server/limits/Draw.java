package dev.shearline.server.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the limits of a key, its owner and its organization say of one use. */
public final class Draw {

    private final Reading reading;
    private final List<Meter> asked;
    private final Cost cost;

    Draw(Reading reading, List<Meter> asked, Cost cost) {
        this.reading = reading;
        this.asked = asked;
        this.cost = cost;
    }

    Draw and(Meter meter, Reading next) {
        var all = new ArrayList<>(asked);
        all.add(meter);
        return new Draw(reading.tighter(next), all, cost);
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
        asked.forEach(meter -> meter.giveBack(cost));
    }

    /** The header {@code RateLimit-Policy}: all limits that were asked. */
    public String policies() {
        return asked.stream().map(Meter::policies).collect(Collectors.joining(", "));
    }

    /** The header {@code RateLimit}. */
    public String remaining() {
        var text = "\"" + reading.policy() + "\";r=" + reading.remaining();
        return reading.resetMillis() == Reading.NEVER ? text : text + ";t=" + Math.ceilDiv(reading.resetMillis(), 1000);
    }
}
