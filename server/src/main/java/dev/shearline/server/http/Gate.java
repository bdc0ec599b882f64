package dev.shearline.server.http;

import java.util.OptionalLong;

/** Asked of every request below {@code /v1} and {@code /oauth}, before anything is known of its caller: may this node answer? Must not block. */
@FunctionalInterface
public interface Gate {

    /** A node without a feed: nothing can make it stale. */
    Gate OPEN = OptionalLong::empty;

    /** Empty when it may; otherwise how long the caller should wait before it asks again. */
    OptionalLong retryAfterMillis();
}
