package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/** A request on the event loop. Its body has arrived. */
public final class HotRequest extends IncomingRequest {

    HotRequest(Edge edge, HttpServerRequest raw) {
        super(edge, raw);
    }

    @Override
    Authentication authenticate(Secret credential, IpAddress from) {
        return edge.authenticators().hot().authenticate(credential, from);
    }

    /** Decoded when it is asked for: most hot routes take none. */
    @Override
    Map<String, String> query() {
        return UrlText.decodeQuery(raw().query());
    }
}
