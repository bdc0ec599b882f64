package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer: status, headers, and a body that is rendered as JSON or is rendered already. */
public record Response(int status, Map<String, String> headers, Body body) {

    static final String JSON = "application/json";

    /** What follows the headers. */
    public sealed interface Body {
        record Empty() implements Body {}

        record Value(Object value) implements Body {}

        record Rendered(String contentType, Buffer bytes) implements Body {}

        /** Written part by part; only routes that may block answer so. */
        record Streamed(String contentType, BodyWriter writer) implements Body {}
    }

    private static final Body EMPTY = new Body.Empty();

    public Response {
        // Map.copyOf returns an immutable map as it is: the usual answer has none and allocates none
        headers = Map.copyOf(headers);
    }

    public static Response ok(Object value) {
        return of(200, value);
    }

    public static Response created(Object value) {
        return of(201, value);
    }

    public static Response noContent() {
        return new Response(204, Map.of(), EMPTY);
    }

    public static Response of(int status, Object value) {
        return new Response(status, Map.of(), new Body.Value(value));
    }

    /** JSON that is rendered already: the hot path's way out. */
    public static Response json(int status, Buffer bytes) {
        return new Response(status, Map.of(), new Body.Rendered(JSON, bytes));
    }

    public static Response rendered(int status, String contentType, Buffer bytes) {
        return new Response(status, Map.of(), new Body.Rendered(contentType, bytes));
    }

    /** A body that is too long to hold. */
    public static Response streamed(String contentType, BodyWriter writer) {
        return new Response(200, Map.of(), new Body.Streamed(contentType, writer));
    }

    /** In place of those that it has. */
    public Response withHeaders(Map<String, String> these) {
        return new Response(status, these, body);
    }

    public Response withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body);
    }
}
