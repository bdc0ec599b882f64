package dev.shearline.server.feed;

import java.time.Clock;
import java.util.function.LongSupplier;

/** The two clocks of a node: one that can be set, one that only runs. Freshness is kept on both. */
public record Clocks(Clock wall, LongSupplier nanos) {

    public static Clocks system() {
        return new Clocks(Clock.systemUTC(), System::nanoTime);
    }
}
