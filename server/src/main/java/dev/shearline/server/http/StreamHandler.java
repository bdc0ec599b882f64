package dev.shearline.server.http;

/** Opens a stream of server-sent events. Runs on a virtual thread; the stream outlives the call. */
@FunctionalInterface
public interface StreamHandler {

    /** Until this returns nothing is sent: what it throws is answered as a problem. */
    void open(Request request, EventStream stream);
}
