package dev.shearline.client;

import java.time.InstantSource;

/**
 * Two clocks. One does not jump, but may stand still while a machine sleeps; the other goes on, but may be set. Whatever ends in time ends
 * on whichever of them is past it.
 */
interface Clocks {

    Clocks SYSTEM = new Clocks() {
        private final InstantSource wall = InstantSource.system();

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long millis() {
            return wall.millis();
        }
    };

    long nanos();

    long millis();

    /** A moment, on both. */
    record Moment(long nanos, long millis) {

        /** This much later. */
        Moment plusMillis(long more) {
            return new Moment(nanos + more * 1_000_000, millis + more);
        }

        /** Whether either clock is at it or past it. */
        boolean isOver(long nowNanos, long nowMillis) {
            return nowNanos - nanos >= 0 || nowMillis >= millis;
        }
    }

    default Moment now() {
        return new Moment(nanos(), millis());
    }
}
