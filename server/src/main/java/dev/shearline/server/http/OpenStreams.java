package dev.shearline.server.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The streams that are open on this node, and the room for more. */
final class OpenStreams {

    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(HttpLimits.STREAMS_MAX);
    private volatile boolean closing;

    boolean admit(EventStream stream) {
        if (!places.tryAcquire()) {
            return false;
        }
        open.add(stream);
        if (closing) {
            leave(stream);
            return false;
        }
        return true;
    }

    /** However often it is said, a stream leaves once. */
    void leave(EventStream stream) {
        if (open.remove(stream)) {
            places.release();
        }
    }

    /** And no more are let in. */
    void closeAll() {
        closing = true;
        open.forEach(EventStream::close);
    }
}
