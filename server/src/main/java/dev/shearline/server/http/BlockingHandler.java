package dev.shearline.server.http;

/** Answers a request on a virtual thread. May block. */
@FunctionalInterface
public interface BlockingHandler {

    Response handle(Request request);
}
