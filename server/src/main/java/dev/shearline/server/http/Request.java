package dev.shearline.server.http;

import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/** A request on a virtual thread. Its body has arrived. */
public final class Request extends IncomingRequest {

    private final Map<String, String> path;
    private final Map<String, String> query;
    private final boolean embedded;

    Request(Edge edge, HttpServerRequest raw, Map<String, String> path, Map<String, String> query, boolean embedded) {
        super(edge, raw);
        this.path = path;
        this.query = query;
        this.embedded = embedded;
    }

    @Override
    boolean isEmbedded() {
        return embedded;
    }

    @Override
    Authentication authenticate(Secret credential, IpAddress from) {
        return edge.authenticators().blocking().authenticate(credential, from);
    }

    @Override
    Map<String, String> query() {
        return query;
    }

    /** What stands in the path where the route says {@code :name}, decoded. */
    public String path(String name) {
        var value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no :" + name);
        }
        return value;
    }
}
