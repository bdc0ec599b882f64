package dev.shearline.server.http;

import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line a request, as pairs of name and value. What the caller wrote is not among them: no query, no header, no body, and instead of the
 * path the route with its variables. What is not written cannot leak.
 */
public final class RequestLog {

    /** A logger of its own, so that a configuration can lead it elsewhere. */
    public static final String LOGGER = "dev.shearline.requests";

    public static final RequestLog NONE = new RequestLog(RequestLines.OFF);

    private static final Logger log = LoggerFactory.getLogger(LOGGER);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final double NANOS_OF_A_MICRO = 1_000;
    private static final double MICROS_OF_A_MILLI = 1_000;

    private final RequestLines lines;

    public RequestLog(RequestLines lines) {
        this.lines = lines;
    }

    /**
     * On the event loop, when the answer has been handed over.
     *
     * @param sent false when the client had gone before
     */
    void write(IncomingRequest request, RouteTimers route, int status, long nanos, boolean sent) {
        if (!lines.include(route.hot(), status)) {
            return;
        }
        var given = request.raw().method().name();
        var method = METHODS.contains(given) ? given : "-";
        var path = route.route().path();
        var line = log.atLevel(status >= 500 ? Level.WARN : Level.INFO)
                .addKeyValue("request_id", request.requestId())
                .addKeyValue("method", method)
                .addKeyValue("route", path)
                .addKeyValue("status", status)
                .addKeyValue("ms", millis(nanos))
                .addKeyValue("bytes", request.raw().response().bytesWritten())
                .addKeyValue("client", request.remoteAddress().toString());
        if (request.knownActor().isPresent()) {
            var actor = request.knownActor().get();
            line = line.addKeyValue("actor_kind", actor.kind()).addKeyValue("actor", actor.id());
        }
        if (!sent) {
            line = line.addKeyValue("sent", false);
        }
        line.log(method + " " + path + " " + status);
    }

    /** With three digits behind the point. */
    private static double millis(long nanos) {
        return Math.round(nanos / NANOS_OF_A_MICRO) / MICROS_OF_A_MILLI;
    }
}
