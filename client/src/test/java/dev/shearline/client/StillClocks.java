package dev.shearline.client;

/** Clocks that go only when they are told to. */
final class StillClocks implements Clocks {

    private static final long NANOS_A_MILLI = 1_000_000;

    private long nanos = 7;
    private long millis = 1_900_000_000_000L;

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized long millis() {
        return millis;
    }

    /** @param clock {@code both}, {@code monotonic} or {@code wall} */
    synchronized void advance(long by, String clock) {
        if (!clock.equals("wall")) {
            nanos += by * NANOS_A_MILLI;
        }
        if (!clock.equals("monotonic")) {
            millis += by;
        }
    }
}
