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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code GET /openapi.json}: what the API is, for programs. Kept as YAML in {@code spec/}, converted when it is first asked for, since a
 * start should be quick. It says nothing of this
 * instance, so nobody has to say who they are.
 */
public final class OpenApiRoutes {

    public static final String PATH = "/openapi.json";

    private static final String RESOURCE = "/dev/shearline/server/spec/openapi.yaml";
    private static final String JSON = "application/json";
    private static final int TAG_BYTES = 16;

    private @Nullable Document document;

    private record Document(Buffer json, Map<String, String> headers) {}

    public OpenApiRoutes() {
        if (OpenApiRoutes.class.getResource(RESOURCE) == null) {
            throw new IllegalStateException("no " + RESOURCE + " on the class path");
        }
    }

    private synchronized Document document() {
        var made = document;
        if (made == null) {
            var json = JsonMapper.shared().writeValueAsBytes(read());
            made = new Document(Buffer.buffer(json), Map.of("ETag", tag(json), "Cache-Control", "no-cache"));
            document = made;
        }
        return made;
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
        routes.get(PATH, this::answer);
    }

    private Response answer(Request request) {
        request.queryOnly();
        var kept = document();
        return request.header("If-None-Match")
                        .filter(tags -> isKnown(tags, kept.headers))
                        .isPresent()
                ? new Response(304, kept.headers, new Response.Body.Empty())
                : new Response(200, kept.headers, new Response.Body.Rendered(JSON, kept.json));
    }

    private static boolean isKnown(String tags, Map<String, String> headers) {
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
