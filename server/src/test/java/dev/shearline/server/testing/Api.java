package dev.shearline.server.testing;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A node's API as a caller with one credential sees it. */
public record Api(URI base, Secret credential) {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private static final JsonMapper JSON = JsonMapper.shared();

    /** An answer: its status, its JSON (or nothing), its headers. */
    public record Answer(int status, JsonNode json, HttpResponse<String> raw) {

        /** Text at a path such as {@code propagation/complete}; empty when there is nothing. */
        public String at(String path) {
            var found = json.at("/" + path);
            return found.isMissingNode() || found.isNull()
                    ? ""
                    : found.isValueNode() ? found.asString() : found.toString();
        }

        public String code() {
            return at("code");
        }

        public Answer expect(int expected) {
            if (status != expected) {
                throw new AssertionError("expected " + expected + ", got " + status + ": " + raw.body());
            }
            return this;
        }
    }

    public Api as(Secret other) {
        return new Api(base, other);
    }

    public Api as(String other) {
        return as(Secret.of(other));
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer post(String path, Map<String, ?> body) {
        return send("POST", path, JSON.writeValueAsString(body));
    }

    public Answer post(String path) {
        return send("POST", path, null);
    }

    public Answer put(String path, Map<String, ?> body) {
        return send("PUT", path, JSON.writeValueAsString(body));
    }

    public Answer patch(String path, Map<String, ?> body) {
        return send("PATCH", path, JSON.writeValueAsString(body));
    }

    /** A request that may be repeated. */
    public Answer postOnce(String path, String idempotencyKey, Map<String, ?> body) {
        return send("POST", path, JSON.writeValueAsString(body), Map.of("Idempotency-Key", idempotencyKey));
    }

    /** A body as it is, well formed or not. */
    public Answer postRaw(String path, String body) {
        return send("POST", path, body);
    }

    /** A body of parameters, with headers beside it: those that authenticate stand in the place of the credential. */
    public Answer postForm(String path, String form, Map<String, String> headers) {
        var all = new HashMap<>(Map.of("Content-Type", "application/x-www-form-urlencoded"));
        all.putAll(headers);
        return send("POST", path, form, all);
    }

    public Answer postForm(String path, String form) {
        return postForm(path, form, Map.of());
    }

    public Answer get(String path, Map<String, String> headers) {
        return send("GET", path, null, headers);
    }

    /** Any method, with a body or none. */
    public Answer ask(String method, String path, Optional<String> body) {
        return send(method, path, body.orElse(null), Map.of());
    }

    /** The verdict's code for a key, without side effects asked for or forbidden. */
    public String verify(String key) {
        return post("/v1/keys/verify", Map.of("key", key)).expect(200).code();
    }

    /** Any method, with headers and no body. */
    public Answer ask(String method, String path, Map<String, String> headers) {
        return send(method, path, null, headers);
    }

    private Answer send(String method, String path, @org.jspecify.annotations.Nullable String body) {
        return send(method, path, body, Map.of());
    }

    private Answer send(
            String method, String path, @org.jspecify.annotations.Nullable String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
        headers.forEach(request::header);
        if (!credential.reveal().isEmpty() && !headers.containsKey("Authorization")) {
            request.header("Authorization", "Bearer " + credential.reveal());
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            if (!headers.containsKey("Content-Type")) {
                request.header("Content-Type", "application/json");
            }
            request.method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        try {
            var response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), json(response), response);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Lists may come as text, too. */
    private static JsonNode json(HttpResponse<String> response) {
        boolean text = response.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("text/csv") || type.startsWith("application/x-ndjson"))
                .isPresent();
        return text || response.body().isEmpty() ? JSON.missingNode() : JSON.readTree(response.body());
    }
}
