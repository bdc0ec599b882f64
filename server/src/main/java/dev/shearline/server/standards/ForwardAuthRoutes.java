package dev.shearline.server.standards;

import dev.shearline.server.http.HotRequest;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.limits.Draw;
import dev.shearline.server.limits.Reading;
import dev.shearline.server.verify.Finding;
import dev.shearline.server.verify.Inspector;
import dev.shearline.server.verify.Reason;
import dev.shearline.server.verify.Terms;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code GET /v1/forward-auth}, on the event loop: a proxy asks whether it may pass a request on, with the headers of that request. So
 * {@code Authorization} and {@code X-API-Key} are those of the client, and the proxy itself authenticates by a header that it alone may set.
 */
final class ForwardAuthRoutes {

    static final String VERIFIER_KEY = "X-Shearline-Verifier-Key";

    private final Inspector inspector;

    ForwardAuthRoutes(Inspector inspector) {
        this.inspector = inspector;
    }

    void addTo(Routes routes) {
        routes.hot().get("/v1/forward-auth", this::decide);
    }

    private Future<Response> decide(HotRequest request) {
        var verifier = verifier(request);
        var terms = inspector.terms(request);
        var key = request.requireCredential();
        return inspector
                .inspect(verifier, key, terms, request.forwardedAddress(), request.userAgent())
                .map(finding -> answer(finding, terms));
    }

    /** It is called by the proxy itself, whatever that says of its client's address. What is wrong with it is no fault of the client's key. */
    private static Actor verifier(HotRequest request) {
        try {
            var key = request.singleHeader(VERIFIER_KEY)
                    .map(Secret::of)
                    .orElseThrow(() -> Problem.of(ProblemCode.UNAUTHENTICATED, "none came with the request.")
                            .asException());
            return request.require(Scope.KEYS_VERIFY, key, request.peer());
        } catch (ProblemException e) {
            var said = "The proxy must send a key with the scope keys:verify as " + VERIFIER_KEY + ": ";
            throw Problem.of(e.problem().code(), said + e.problem().detail())
                    .withHeader("WWW-Authenticate", "Bearer realm=\"shearline-verifier\"")
                    .asException();
        }
    }

    private static Response answer(Finding finding, Terms terms) {
        return switch (finding) {
            case Finding.Good(var key, var draw) -> LimitHeaders.add(IdentityHeaders.of(key), draw);
            case Finding.Unspent _ ->
                throw Problem.unauthenticated("A single-use token is let in only where it is spent, which is not here.")
                        .asException();
            case Finding.Refused(var reason, var draw) ->
                throw LimitHeaders.add(refusal(reason, terms, draw), draw)
                        .withMember("reason", reason.wire())
                        .asException();
        };
    }

    private static Problem refusal(Reason reason, Terms terms, Optional<Draw> draw) {
        return switch (reason) {
            case MALFORMED, NOT_FOUND -> Problem.unauthenticated("This key is not known: check that it is whole.");
            case REVOKED, DISABLED, ALREADY_USED, EXPIRED, NOT_YET_VALID, OWNER_INACTIVE, WRONG_MODE ->
                Problem.unauthenticated("This key is not valid here and now: " + reason.wire() + ".");
            case INSUFFICIENT_SCOPE -> Problem.insufficientScope(terms.scopes());
            case OUTSIDE_BOUNDARY -> forbidden("The key is not valid at the unit for which this is: use one that is.");
            case OUTSIDE_RESOURCES -> forbidden("The key is limited to other resources: use one for this.");
            case ADDRESS_NOT_ALLOWED ->
                forbidden("The key does not work from your address, or no trusted proxy says which that is.");
            case RATE_LIMITED -> limited(ProblemCode.RATE_LIMITED, draw);
            case QUOTA_EXHAUSTED -> limited(ProblemCode.QUOTA_EXHAUSTED, draw);
        };
    }

    private static Problem forbidden(String detail) {
        return Problem.of(ProblemCode.FORBIDDEN, detail);
    }

    private static Problem limited(ProblemCode code, Optional<Draw> draw) {
        var problem =
                Problem.of(code, "Repeat the request after Retry-After; where there is none, waiting does not help.");
        return draw.map(Draw::reading)
                .map(Reading::retryMillis)
                .filter(millis -> millis != Reading.NEVER)
                .map(millis -> problem.withRetryAfter(Duration.ofMillis(millis)))
                .orElse(problem);
    }
}
