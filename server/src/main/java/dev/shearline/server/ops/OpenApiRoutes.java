package dev.shearline.server.ops;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code GET /openapi.json}: what the API is, for programs. Kept as YAML in {@code spec/}, converted once at start. It says nothing of this
 * instance, so nobody has to say who they are.
 */
public final class OpenApiRoutes {

    public static final String PATH = "/openapi.json";

    private static final String RESOURCE = "/dev/shearline/server/spec/openapi.yaml";
    private static final String JSON = "application/json";
    private static final int TAG_BYTES = 16;

    private final Buffer document;
    private final Map<String, String> headers;

    private OpenApiRoutes(byte[] document) {
        this.document = Buffer.buffer(document);
        this.headers = Map.of("ETag", tag(document), "Cache-Control", "no-cache");
    }

    /** Reads the document. Throws when this build has none: that is a fault of the build. */
    public static OpenApiRoutes load() {
        return new OpenApiRoutes(JsonMapper.shared().writeValueAsBytes(read()));
    }

    /** The document as it is kept. */
    public static JsonNode read() {
        try (var yaml = OpenApiRoutes.class.getResourceAsStream(RESOURCE)) {
            if (yaml == null) {
                throw new IllegalStateException("no " + RESOURCE + " on the class path");
            }
            return new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void addTo(Routes routes) {
        routes.get(PATH, this::document);
    }

    private Response document(Request request) {
        request.queryOnly();
        var known = request.header("If-None-Match").filter(this::isKnown).isPresent();
        return known
                ? new Response(304, headers, new Response.Body.Empty())
                : new Response(200, headers, new Response.Body.Rendered(JSON, document));
    }

    private boolean isKnown(String tags) {
        return Arrays.stream(tags.split(",", -1))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || headers.containsValue(tag.replaceFirst("^W/", "")));
    }

    private static String tag(byte[] document) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(document);
            return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
