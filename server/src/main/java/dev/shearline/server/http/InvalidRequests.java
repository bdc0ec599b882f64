package dev.shearline.server.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** Says what was wrong with bytes that are no request. */
final class InvalidRequests {

    private InvalidRequests() {}

    static Problem problemOf(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> urlTooLong();
            case TooLongHttpHeaderException _ ->
                Problem.of(
                        ProblemCode.HEADERS_TOO_LARGE,
                        "Send at most " + HttpLimits.HEADER_BYTES_MAX + " bytes of headers.");
            case null, default -> Problem.of(ProblemCode.MALFORMED_REQUEST, "Send a request that is valid HTTP/1.1.");
        };
    }

    static Problem urlTooLong() {
        return Problem.of(ProblemCode.URI_TOO_LONG, "Send a URL of at most " + HttpLimits.URL_BYTES_MAX + " bytes.");
    }
}
