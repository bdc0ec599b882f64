package dev.shearline.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The long bodies that are leaving this node, and the room for more. They last as long as their clients read, so they have a room of their
 * own, of which nobody has all, instead of the places of requests that are soon answered.
 */
public final class Downloads {

    private final Semaphore places;
    private final int eachMax;
    private final Duration timeMax;
    private final Map<String, Integer> open = new ConcurrentHashMap<>();

    Downloads(int max, int eachMax, Duration timeMax) {
        this.places = new Semaphore(max);
        this.eachMax = eachMax;
        this.timeMax = timeMax;
    }

    /** The room that a node has. */
    public static Downloads ofNode() {
        return new Downloads(HttpLimits.DOWNLOADS_MAX, HttpLimits.DOWNLOADS_EACH_MAX, HttpLimits.DOWNLOAD_TIME_MAX);
    }

    /** For all of one body to leave. */
    Duration timeMax() {
        return timeMax;
    }

    /** @param whose all with the same text share what one may have */
    boolean admit(String whose) {
        if (!places.tryAcquire()) {
            return false;
        }
        if (open.merge(whose, 1, Integer::sum) > eachMax) {
            leave(whose);
            return false;
        }
        return true;
    }

    void leave(String whose) {
        open.computeIfPresent(whose, (_, count) -> count == 1 ? null : count - 1);
        places.release();
    }
}
