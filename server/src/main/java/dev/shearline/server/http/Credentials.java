package dev.shearline.server.http;

import dev.shearline.token.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** Finds the credential in the headers, and says what RFC 6750 wants said when there is none, or not enough of one. */
final class Credentials {

    private static final CharSequence API_KEY = HttpHeaders.createOptimized("X-API-Key");
    static final String WWW_AUTHENTICATE = "WWW-Authenticate";
    static final String REALM = "Bearer realm=\"shearline\"";
    private static final String BEARER = "Bearer ";

    private Credentials() {}

    static Optional<Secret> find(MultiMap headers) {
        var bearer = bearer(single(headers, HttpHeaders.AUTHORIZATION));
        var apiKey = single(headers, API_KEY);
        if (bearer.isPresent() && apiKey.isPresent() && !bearer.equals(apiKey)) {
            throw ambiguous();
        }
        return bearer.or(() -> apiKey).map(Secret::of);
    }

    /** Other schemes are somebody else's business: a proxy may keep its own password in the same header. */
    private static Optional<String> bearer(Optional<String> authorization) {
        return authorization
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(value -> value.substring(BEARER.length()).strip());
    }

    private static Optional<String> single(MultiMap headers, CharSequence name) {
        List<String> values = headers.getAll(name);
        if (values.size() > 1) {
            throw ambiguous();
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    static boolean isTooLong(Secret credential) {
        return credential.reveal().length() > HttpLimits.CREDENTIAL_CHARACTERS_MAX;
    }

    private static ProblemException ambiguous() {
        return Problem.of(
                        ProblemCode.MALFORMED_REQUEST,
                        "Two credentials came with the request: send one, as Authorization: Bearer or as X-API-Key.")
                .asException();
    }

    static ProblemException missing() {
        return Problem.of(
                        ProblemCode.UNAUTHENTICATED,
                        "Send a key, as Authorization: Bearer <key> or as X-API-Key: <key>.")
                .withHeader(WWW_AUTHENTICATE, REALM)
                .asException();
    }

    static ProblemException refused(String reason) {
        return Problem.unauthenticated(reason).asException();
    }
}
