package dev.shearline.server.http;

/** A route and what answers it, on the thread that its kind says. */
sealed interface Endpoint {

    Route route();

    /**
     * @param large whether its body may be longer than is usual
     * @param embedded whether an embed session may call it, from a page of elsewhere
     */
    record Blocking(Route route, BlockingHandler handler, boolean large, boolean embedded) implements Endpoint {}

    record Hot(Route route, HotHandler handler) implements Endpoint {}

    record Streaming(Route route, StreamHandler handler) implements Endpoint {}
}
