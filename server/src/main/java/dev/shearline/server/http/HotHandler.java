package dev.shearline.server.http;

import io.vertx.core.Future;

/**
 * Answers a request on the event loop, in the turn in which the gate was found open. Must not block. Whoever answers later, after a wait,
 * asks again whether this node may.
 */
@FunctionalInterface
public interface HotHandler {

    Future<Response> handle(HotRequest request);
}
