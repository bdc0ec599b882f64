package dev.shearline.server.embed;

import dev.shearline.server.http.Response;
import dev.shearline.token.KeyDigest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A script that the build of {@code web/} has put on the class path. It is served under its own name, for pages to name, and under one with a
 * hash of its content, which may be kept for ever. Pages of elsewhere load it too: a module is fetched with CORS.
 */
record WebFile(String name, String hashedName, String tag, Buffer bytes) {

    private static final String DIRECTORY = "/dev/shearline/server/web/";
    private static final String TYPE = "text/javascript; charset=utf-8";
    private static final int HASH_CHARACTERS = 16;

    /**
     * Empty where the build has left it out.
     *
     * @param name under which it is served
     */
    static Optional<WebFile> find(String built, String name) {
        try (var resource = WebFile.class.getResourceAsStream(DIRECTORY + built)) {
            return resource == null ? Optional.empty() : Optional.of(of(name, resource.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static WebFile of(String name, byte[] content) {
        var hash = KeyDigest.of(new String(content, StandardCharsets.UTF_8))
                .toHex()
                .substring(0, HASH_CHARACTERS);
        int dot = name.lastIndexOf('.');
        return new WebFile(
                name,
                name.substring(0, dot) + "-" + hash + name.substring(dot),
                '"' + hash + '"',
                Buffer.buffer(content));
    }

    /** Empty when it is not called so. */
    Optional<Response> answer(String asked, Optional<String> knownTags) {
        boolean forEver = asked.equals(hashedName);
        if (!forEver && !asked.equals(name)) {
            return Optional.empty();
        }
        var headers = Map.of(
                "ETag",
                tag,
                "Cache-Control",
                forEver ? "public, max-age=31536000, immutable" : "no-cache",
                "Access-Control-Allow-Origin",
                "*",
                "Cross-Origin-Resource-Policy",
                "cross-origin");
        return Optional.of(
                knownTags.filter(this::isKnown).isPresent()
                        ? new Response(304, headers, new Response.Body.Empty())
                        : new Response(200, headers, new Response.Body.Rendered(TYPE, bytes.copy())));
    }

    private boolean isKnown(String tags) {
        return Arrays.stream(tags.split(",", -1))
                .map(known -> known.strip().replaceFirst("^W/", ""))
                .anyMatch(known -> known.equals("*") || known.equals(tag));
    }
}
