package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** Writes answers and problems, with the headers that every one of them has. */
final class Answers {

    static final String PROBLEM = "application/problem+json";
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private final Json json;
    private final Problems problems;

    Answers(Json json, Problems problems) {
        this.json = json;
        this.problems = problems;
    }

    Problem problemOf(Throwable thrown, String requestId) {
        return problems.problemOf(thrown, requestId);
    }

    /** Does the work of an answer on the thread that calls; {@link #write} then only hands over bytes. */
    Response rendered(Response response) {
        return switch (response.body()) {
            case Response.Body.Empty _, Response.Body.Rendered _, Response.Body.Streamed _ -> response;
            case Response.Body.Value value ->
                new Response(
                        response.status(),
                        response.headers(),
                        new Response.Body.Rendered(Response.JSON, json.write(value.value())));
        };
    }

    Response rendered(Problem problem, String requestId) {
        var bytes = json.write(problem.body(requestId));
        var response =
                new Response(problem.code().status(), problem.headers(), new Response.Body.Rendered(PROBLEM, bytes));
        return problem.retryAfter()
                .map(wait -> response.withHeader(RETRY_AFTER.toString(), seconds(wait)))
                .orElse(response);
    }

    /** Whole seconds, rounded up, never 0: some clients take that for "at once". */
    private static String seconds(Duration wait) {
        return Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000));
    }

    /** On the event loop. Does nothing when the request was answered before, or its client has gone. */
    boolean write(HttpServerRequest to, Response response, String requestId) {
        var out = to.response();
        if (out.headWritten() || out.ended() || out.closed()) {
            return false;
        }
        out.setStatusCode(response.status());
        putCommonHeaders(out, requestId);
        if (!response.headers().isEmpty()) {
            response.headers().forEach(out::putHeader);
        }
        switch (response.body()) {
            case Response.Body.Empty _ -> out.end();
            case Response.Body.Rendered body -> end(to, body.contentType(), body.bytes());
            case Response.Body.Value value -> end(to, Response.JSON, json.write(value.value()));
            case Response.Body.Streamed body -> begin(to, body.contentType());
        }
        return true;
    }

    private static void end(HttpServerRequest to, CharSequence contentType, Buffer bytes) {
        var out = to.response();
        out.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
        if (to.method().equals(HttpMethod.HEAD)) {
            out.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length()));
            out.end();
        } else {
            out.end(bytes);
        }
    }

    private static void begin(HttpServerRequest to, CharSequence contentType) {
        var out = to.response();
        out.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
        if (to.method().equals(HttpMethod.HEAD)) {
            out.end();
        } else {
            out.setChunked(true);
        }
    }

    void writeStreamHead(HttpServerResponse out, String requestId) {
        putCommonHeaders(out, requestId);
        out.putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream");
        // nginx would keep events back until its buffer is full
        out.putHeader("X-Accel-Buffering", "no");
        out.setChunked(true);
        out.write(": open\n\n");
    }

    private static void putCommonHeaders(HttpServerResponse out, String requestId) {
        out.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        out.putHeader(CONTENT_TYPE_OPTIONS, NO_SNIFF);
        out.putHeader(IncomingRequest.REQUEST_ID, requestId);
    }
}
