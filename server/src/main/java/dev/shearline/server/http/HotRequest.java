package dev.shearline.server.http;

import dev.shearline.token.Secret;
import io.vertx.core.http.HttpServerRequest;

/** A request on the event loop. Its body has arrived. */
public final class HotRequest extends IncomingRequest {

    HotRequest(Edge edge, HttpServerRequest raw) {
        super(edge, raw);
    }

    @Override
    Authentication authenticate(Secret credential) {
        return edge.authenticators().hot().authenticate(credential, remoteAddress());
    }
}
