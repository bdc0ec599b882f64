package dev.shearline.server.http;

import dev.shearline.server.identity.Actor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What pages of elsewhere may do with an embed session: call the routes that are meant for it, and read what is answered.
 *
 * <p>A browser asks before the request, when nobody has said who they are. So that question is answered for every page; which pages a
 * session is for is decided when its token is there. Cookies play no part: no answer allows a page to send them. A request without an
 * {@code Origin} comes from no page of elsewhere, for a browser would have sent one.
 */
final class Embedding {

    private static final CharSequence ALLOW_ORIGIN = HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN;
    private static final String VARY = "Vary";
    private static final String ORIGIN = "Origin";
    private static final String REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key";
    private static final String RESPONSE_HEADERS = "X-Request-Id, Idempotency-Replayed, Retry-After";
    private static final String REMEMBERED_SECONDS = "600";

    private Embedding() {}

    static boolean comesFromAPage(HttpServerRequest raw) {
        return raw.headers().contains(HttpHeaders.ORIGIN);
    }

    /** The answer to a browser that asks before the request itself; empty where it asks for nothing that it could do. */
    static Optional<Response> preflight(HttpServerRequest raw, Set<String> methods) {
        boolean asks = raw.method().equals(HttpMethod.OPTIONS)
                && comesFromAPage(raw)
                && raw.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
        return asks && !methods.isEmpty()
                ? Optional.of(Response.noContent()
                        .withHeader("Access-Control-Allow-Methods", String.join(", ", methods))
                        .withHeader("Access-Control-Allow-Headers", REQUEST_HEADERS)
                        .withHeader("Access-Control-Max-Age", REMEMBERED_SECONDS))
                : Optional.empty();
    }

    /** A session calls nothing but what it is for, and from nowhere else. */
    static void requireAllowed(Actor actor, boolean embedded, List<String> origins) {
        if (!(actor instanceof Actor.Embed embed)) {
            return;
        }
        if (!embedded) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "An embed session shows and changes the keys of its owner, and nothing else: call this"
                                    + " with a key, from a server.")
                    .asException();
        }
        if (!origins.isEmpty()
                && !(origins.size() == 1 && embed.terms().origins().contains(origins.getFirst()))) {
            throw Problem.of(
                            ProblemCode.ORIGIN_NOT_ALLOWED,
                            "This embed session is not for pages of this origin: name the origin in \"origins\" when"
                                    + " you open it.")
                    .asException();
        }
    }

    /** Lets the page read the answer, unless it is one to a credential that has no place in a page. */
    static void addTo(HttpServerResponse out, IncomingRequest request) {
        out.putHeader(VARY, ORIGIN);
        if (request.knownActor().stream().allMatch(Actor.Embed.class::isInstance)) {
            out.putHeader(ALLOW_ORIGIN, request.raw().getHeader(HttpHeaders.ORIGIN));
            out.putHeader("Access-Control-Expose-Headers", RESPONSE_HEADERS);
        }
    }
}
