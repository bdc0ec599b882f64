package dev.shearline.server.http;

/** A route and what answers it, on the thread that its kind says. */
sealed interface Endpoint {

    Route route();

    record Blocking(Route route, BlockingHandler handler) implements Endpoint {}

    record Hot(Route route, HotHandler handler) implements Endpoint {}

    record Streaming(Route route, StreamHandler handler) implements Endpoint {}
}
