package dev.shearline.server.testing;

import dev.shearline.server.http.ApiServer;
import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.Authenticators;
import dev.shearline.server.http.Dispatcher;
import dev.shearline.server.http.Downloads;
import dev.shearline.server.http.Entrance;
import dev.shearline.server.http.Gate;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.RequestLog;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** The routes of a feature behind a real listener. Who asks is settled by the test: a credential stands for an actor. */
public final class TestApi implements AutoCloseable {

    /** An answer with its body read. */
    public record Answer(int status, JsonNode body) {

        /** The text at a JSON pointer such as {@code /items/0/id}; empty when there is none. */
        public String at(String pointer) {
            return body.at(pointer).asString("");
        }

        public String code() {
            return at("/code");
        }
    }

    private final Map<String, Actor> actors = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Json json = new Json();
    private final ApiServer server;

    public TestApi(Consumer<Routes> register) {
        var routes = new Routes();
        register.accept(routes);
        var dispatcher = new Dispatcher(
                routes,
                Gate.OPEN,
                new Authenticators(this::authenticate, this::authenticate),
                Entrance.OPEN,
                new KeyFormat(List.of("shl")),
                new Problems(List.of()),
                json,
                new SimpleMeterRegistry(),
                RequestLog.NONE,
                new SecureRandom(),
                Downloads.ofNode());
        server = new ApiServer(vertx, "127.0.0.1", 0, 1, dispatcher);
        server.start();
    }

    private Authentication authenticate(Secret credential, IpAddress address) {
        return Optional.ofNullable(actors.get(credential.reveal()))
                .<Authentication>map(Authentication.Authenticated::new)
                .orElseGet(() -> new Authentication.Refused("There is no such key."));
    }

    /** A credential that stands for this actor. */
    public String credentialOf(Actor actor) {
        var credential = "credential-" + (actors.size() + 1) + "-" + System.nanoTime();
        actors.put(credential, actor);
        return credential;
    }

    public Answer get(String credential, String path) {
        return send("GET", credential, path, "");
    }

    public Answer post(String credential, String path, String body) {
        return send("POST", credential, path, body);
    }

    public Answer put(String credential, String path, String body) {
        return send("PUT", credential, path, body);
    }

    public Answer patch(String credential, String path, String body) {
        return send("PATCH", credential, path, body);
    }

    public Answer delete(String credential, String path) {
        return send("DELETE", credential, path, "");
    }

    /** What is no JSON, as it is. */
    public HttpResponse<String> page(String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @param credential none if empty */
    public Answer send(String method, String credential, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("User-Agent", "shearline-test");
        if (!credential.isEmpty()) {
            request.header("Authorization", "Bearer " + credential);
        }
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), json.mapper().readTree(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop();
        client.shutdownNow();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
