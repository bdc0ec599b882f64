package dev.shearline.server.standards;

import dev.shearline.server.http.IncomingRequest;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What went wrong, as RFC 6749 (5.2) says it. What has no name there (a body too large, a node that cannot answer) stays a problem like
 * everywhere else.
 */
record OAuthError(int status, String error, String description, Map<String, String> headers) {

    private static final String AUTHENTICATE = "WWW-Authenticate";

    static OAuthError of(Problem problem, IncomingRequest request) {
        return switch (problem.code()) {
            case UNAUTHENTICATED -> {
                var headers = new LinkedHashMap<>(problem.headers());
                if (request.isBasic()) {
                    headers.put(AUTHENTICATE, "Basic realm=\"shearline\"");
                }
                yield new OAuthError(401, "invalid_client", problem.detail(), headers);
            }
            case INSUFFICIENT_SCOPE -> new OAuthError(403, "insufficient_scope", problem.detail(), problem.headers());
            case MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, INVALID_FIELD, INVALID_PARAMETER, UNKNOWN_PARAMETER ->
                new OAuthError(400, "invalid_request", problem.detail(), Map.of());
            case FORBIDDEN -> new OAuthError(400, "unsupported_token_type", problem.detail(), Map.of());
            default -> throw problem.asException();
        };
    }

    Response response() {
        var body = new LinkedHashMap<String, String>();
        body.put("error", error);
        body.put("error_description", plain(description));
        var response = Response.of(status, body);
        for (var header : headers.entrySet()) {
            response = response.withHeader(header.getKey(), header.getValue());
        }
        return response;
    }

    /** RFC 6749 has neither quotes nor backslashes nor anything beyond ASCII in a description. */
    private static String plain(String text) {
        var plain = new StringBuilder(text.length());
        text.chars().forEach(c -> plain.append(c == '"' ? '\'' : c < ' ' || c > '~' || c == '\\' ? '?' : (char) c));
        return plain.toString();
    }
}
