package dev.shearline.server.http;

import dev.shearline.token.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Finds the credential in the headers, and says what RFC 6750 wants said when there is none, or not enough of one. */
final class Credentials {

    private static final CharSequence API_KEY = HttpHeaders.createOptimized("X-API-Key");
    static final String WWW_AUTHENTICATE = "WWW-Authenticate";
    static final String REALM = "Bearer realm=\"shearline\"";
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private Credentials() {}

    static Optional<Secret> find(MultiMap headers) {
        var bearer = bearer(single(headers, HttpHeaders.AUTHORIZATION));
        var apiKey = single(headers, API_KEY);
        if (bearer.isPresent() && apiKey.isPresent() && !bearer.equals(apiKey)) {
            throw ambiguous();
        }
        return bearer.or(() -> apiKey).map(Secret::of);
    }

    /** As OAuth's clients authenticate (RFC 6749, 2.3.1): the name is the client's own business, the password is a key. */
    static Optional<Secret> findOfClient(MultiMap headers) {
        return find(headers)
                .or(() -> single(headers, HttpHeaders.AUTHORIZATION)
                        .filter(Credentials::isBasic)
                        .map(Credentials::basicPassword));
    }

    static boolean isBasic(String authorization) {
        return authorization.regionMatches(true, 0, BASIC, 0, BASIC.length());
    }

    private static Secret basicPassword(String authorization) {
        try {
            var pair = new String(
                    Base64.getDecoder()
                            .decode(authorization.substring(BASIC.length()).strip()),
                    StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon >= 0) {
                return Secret.of(URLDecoder.decode(pair.substring(colon + 1), StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException notEncoded) {
            // told below
        }
        throw refused(
                "Send Authorization: Basic with any name and a key as the password, encoded as RFC 6749, 2.3.1 says.");
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
