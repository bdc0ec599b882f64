package dev.shearline.server.http;

import java.time.Duration;

/**
 * The long bodies that are leaving this node, and the room for more. They last as long as their clients read, so they have a room of their
 * own, of which nobody has all, instead of the places of requests that are soon answered.
 */
public final class Downloads {

    private final Shares open;
    private final Duration timeMax;

    Downloads(int max, int eachMax, Duration timeMax) {
        this.open = new Shares(max, eachMax);
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
        return open.admit(whose);
    }

    void leave(String whose) {
        open.leave(whose);
    }
}
