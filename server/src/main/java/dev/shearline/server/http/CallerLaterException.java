package dev.shearline.server.http;

import java.util.concurrent.CompletableFuture;

/** Who calls has to be looked up first. A hot handler asks that before it does anything, so it is begun again when that is done. */
final class CallerLaterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient CompletableFuture<Void> known;

    CallerLaterException(CompletableFuture<Void> known) {
        super("who calls has to be looked up", null, false, false);
        this.known = known;
    }

    CompletableFuture<Void> known() {
        return known;
    }
}
