package dev.shearline.server.http;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what was wrong with bytes that are no request, or could be read as two different ones. */
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

    /** In the middle of a body: its head has been taken. */
    static boolean isUnreadable(Throwable thrown) {
        return thrown instanceof DecoderException || thrown instanceof IllegalArgumentException;
    }

    static Problem unreadableBody() {
        return Problem.of(
                ProblemCode.MALFORMED_REQUEST,
                "The body broke off where a chunk should have begun or ended: send chunks that are valid HTTP/1.1, or a Content-Length.");
    }

    /** A request that names two hosts was judged by one of them, and meant for the other: whatever stood before us may have seen that. */
    static Optional<Problem> ambiguousHost(HttpServerRequest request) {
        var hosts = request.headers().getAll(HttpHeaders.HOST);
        if (hosts.size() > 1) {
            return Optional.of(Problem.of(ProblemCode.MALFORMED_REQUEST, "The header Host came twice: send it once."));
        }
        var uri = request.uri();
        int authority = uri.startsWith("/") ? -1 : uri.indexOf("://");
        if (authority < 0
                || authorityOf(uri, authority + 3).equalsIgnoreCase(hosts.isEmpty() ? "" : hosts.getFirst())) {
            return Optional.empty();
        }
        return Optional.of(
                Problem.of(
                        ProblemCode.MALFORMED_REQUEST,
                        "The request line names another host than the header Host: send the path alone, or the same name in both."));
    }

    private static String authorityOf(String uri, int start) {
        int end = start;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        return uri.substring(start, end);
    }

    static Problem urlTooLong() {
        return Problem.of(ProblemCode.URI_TOO_LONG, "Send a URL of at most " + HttpLimits.URL_BYTES_MAX + " bytes.");
    }
}
