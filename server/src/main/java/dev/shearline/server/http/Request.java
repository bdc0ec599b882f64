package dev.shearline.server.http;

import dev.shearline.token.Secret;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A request on a virtual thread. Its body has arrived. */
public final class Request extends IncomingRequest {

    private final Map<String, String> path;
    private final Map<String, String> query;

    Request(Edge edge, HttpServerRequest raw, Map<String, String> path, Map<String, String> query) {
        super(edge, raw);
        this.path = path;
        this.query = query;
    }

    @Override
    Authentication authenticate(Secret credential) {
        return edge.authenticators().blocking().authenticate(credential, remoteAddress());
    }

    /** What stands in the path where the route says {@code :name}, decoded. */
    public String path(String name) {
        var value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no :" + name);
        }
        return value;
    }

    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /** Refuses every other query parameter by name. A route that takes none says {@code queryOnly()}. */
    public void queryOnly(String... names) {
        var known = Set.of(names);
        for (var name : query.keySet()) {
            if (!known.contains(name)) {
                throw Problem.of(
                                ProblemCode.UNKNOWN_PARAMETER,
                                "There is no query parameter \"" + name + "\" here: remove it.")
                        .withField(name)
                        .asException();
            }
        }
    }
}
