package dev.shearline.server.http;

import java.util.concurrent.Semaphore;

/**
 * How long a body may be. One that is longer than is usual takes one of a few places while it arrives: so long it is held before anybody
 * knows whether its sender may send it at all.
 */
final class BodyRoom {

    static final BodyRoom USUAL = new BodyRoom(HttpLimits.BODY_BYTES_MAX, 0);

    private final int bytesMax;
    private final Semaphore places;

    /** @param places how many bodies that are longer than usual may arrive at the same time */
    BodyRoom(int bytesMax, int places) {
        this.bytesMax = bytesMax;
        this.places = new Semaphore(places);
    }

    int bytesMax() {
        return bytesMax;
    }

    /** How much of one that is too long is read and thrown away. */
    int discardedBytesMax() {
        return Math.max(HttpLimits.DISCARDED_BYTES_MAX, 2 * bytesMax);
    }

    boolean tryEnter() {
        return places.tryAcquire();
    }

    void leave() {
        places.release();
    }
}
