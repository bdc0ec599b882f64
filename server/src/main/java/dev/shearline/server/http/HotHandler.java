package dev.shearline.server.http;

import io.vertx.core.Future;

/** Answers a request on the event loop. Must not block. */
@FunctionalInterface
public interface HotHandler {

    Future<Response> handle(HotRequest request);
}
