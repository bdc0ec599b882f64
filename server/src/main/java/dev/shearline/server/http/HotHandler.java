package dev.shearline.server.http;

import io.vertx.core.Future;

/**
 * Answers a request on the event loop. Must not block. Nobody has asked before whether this node may answer: the handler does, right before
 * it says anything; what it throws is told only if it may.
 */
@FunctionalInterface
public interface HotHandler {

    Future<Response> handle(HotRequest request);
}
