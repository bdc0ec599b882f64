package dev.shearline.server.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Room for so many, of which nobody has more than a share. */
public final class Shares {

    private final Semaphore places;
    private final int eachMax;
    private final Map<String, Integer> taken = new ConcurrentHashMap<>();

    public Shares(int max, int eachMax) {
        this.places = new Semaphore(max);
        this.eachMax = eachMax;
    }

    /** @param whose all with the same text share what one may have */
    public boolean admit(String whose) {
        if (!places.tryAcquire()) {
            return false;
        }
        if (taken.merge(whose, 1, Integer::sum) > eachMax) {
            leave(whose);
            return false;
        }
        return true;
    }

    public void leave(String whose) {
        taken.computeIfPresent(whose, (_, count) -> count == 1 ? null : count - 1);
        places.release();
    }
}
