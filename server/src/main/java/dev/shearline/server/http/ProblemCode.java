package dev.shearline.server.http;

import java.util.Locale;

/** Why a request was not answered as asked. The wire form of a code never changes its meaning. */
public enum ProblemCode {
    MALFORMED_REQUEST(400, "The request is not valid HTTP"),
    MALFORMED_JSON(400, "The body is not valid JSON"),
    UNAUTHENTICATED(401, "A valid credential is needed"),
    INSUFFICIENT_SCOPE(403, "The credential lacks a scope"),
    SCOPE_NOT_HELD(403, "A scope that you do not hold cannot be granted"),
    FORBIDDEN(403, "You may not do this"),
    KEY_TYPE_NOT_IN_PLAN(403, "The plan does not include keys of this type"),
    LIFETIME_NOT_IN_PLAN(403, "The plan does not allow so long a life"),
    PLAN_LIMIT_REACHED(403, "The number that the plan includes is reached"),
    POLICY_VIOLATED(403, "The policy of the organization does not allow this"),
    HTTPS_REQUIRED(403, "Keys travel over TLS alone"),
    ORIGIN_NOT_ALLOWED(403, "The session is not for pages of this origin"),
    NOT_FOUND(404, "There is no such thing here"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    REQUEST_TIMEOUT(408, "The request came too slowly"),
    CONFLICT(409, "The request conflicts with the present state"),
    ALREADY_EXISTS(409, "It exists already"),
    INVALID_STATE(409, "Its state does not allow this"),
    IDEMPOTENCY_KEY_TAKEN(409, "Another credential has made this request"),
    BODY_TOO_LARGE(413, "The body is too large"),
    URI_TOO_LONG(414, "The URL is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body must be JSON"),
    MISDIRECTED_REQUEST(421, "The request was meant for another host"),
    UNKNOWN_FIELD(422, "A field is unknown"),
    INVALID_FIELD(422, "A field is invalid"),
    UNKNOWN_PARAMETER(422, "A query parameter is unknown"),
    INVALID_PARAMETER(422, "A query parameter is invalid"),
    UNKNOWN_SCOPE(422, "A scope is unknown"),
    UNSUPPORTED_HASH(422, "No key can be found by this hash"),
    INVALID_IDEMPOTENCY_KEY(422, "The Idempotency-Key is invalid"),
    IDEMPOTENCY_KEY_REUSED(422, "The Idempotency-Key belongs to another request"),
    RATE_LIMITED(429, "A rate limit is reached"),
    QUOTA_EXHAUSTED(429, "A quota is used up"),
    HEADERS_TOO_LARGE(431, "The headers are too large"),
    INTERNAL(500, "Something went wrong here"),
    UNAVAILABLE(503, "This node cannot answer now"),
    OVERLOADED(503, "This node has too much to do"),
    DATABASE_UNAVAILABLE(503, "The database cannot be reached"),
    OUTCOME_UNKNOWN(503, "It is not known whether the change was made");

    private final int status;
    private final String title;
    private final String wire = name().toLowerCase(Locale.ROOT);

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** {@code malformed_json}. */
    public String wire() {
        return wire;
    }

    /** Where the code is explained, relative to the public URL. */
    public String type() {
        return "/docs/problems#" + wire;
    }
}
