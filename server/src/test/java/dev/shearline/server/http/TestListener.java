package dev.shearline.server.http;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** A real listener on a free port, and clients for it. */
final class TestListener implements AutoCloseable {

    static final ApiKeyId KEY = ApiKeyId.of(1, 2);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Json json = new Json();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Dispatcher dispatcher;
    private final ApiServer server;
    private final Map<String, String> exchanged = new ConcurrentHashMap<>();
    private volatile OptionalLong closedFor = OptionalLong.empty();

    TestListener(Consumer<Routes> register) {
        this(register, Entrance.OPEN, List.of());
    }

    TestListener(Consumer<Routes> register, Entrance entrance, List<Function<Throwable, Optional<Problem>>> mappers) {
        this(entrance, mappers, register, new Downloads(100, 100, HttpLimits.DOWNLOAD_TIME_MAX));
        server.start();
    }

    private TestListener(
            Entrance entrance,
            List<Function<Throwable, Optional<Problem>>> mappers,
            Consumer<Routes> register,
            Downloads downloads) {
        var routes = new Routes();
        register.accept(routes);
        this.dispatcher = new Dispatcher(
                routes,
                () -> closedFor,
                new Authenticators(this::authenticate, this::authenticate),
                entrance,
                new KeyFormat(List.of("shl")),
                new Problems(mappers),
                json,
                registry,
                new RequestLog(RequestLines.ALL),
                new SecureRandom(),
                downloads);
        server = another(0);
    }

    static TestListener withRoomFor(Downloads downloads, Consumer<Routes> register) {
        var listener = new TestListener(Entrance.OPEN, List.of(), register, downloads);
        listener.server.start();
        return listener;
    }

    static TestListener speakingTls(Consumer<Routes> register, TlsFiles files) throws UnfitCertificateException {
        var listener = new TestListener(
                Entrance.OPEN, List.of(), register, new Downloads(100, 100, HttpLimits.DOWNLOAD_TIME_MAX));
        try {
            listener.server.useTls(files);
        } catch (UnfitCertificateException e) {
            listener.close();
            throw e;
        }
        listener.server.start();
        return listener;
    }

    static Entrance trustingLoopback() {
        return trustingLoopback(HostNames.ANY, Transport.UNCHECKED);
    }

    static Entrance trustingLoopback(HostNames hosts, Transport transport) {
        var proxies = new TrustedProxies(List.of(
                Cidr.find("127.0.0.0/8").orElseThrow(), Cidr.find("10.0.0.0/8").orElseThrow()));
        return new Entrance(hosts, proxies, transport);
    }

    /** A credential is the scopes that it holds, written out, until it is exchanged; "revoked" is one that was. */
    private Authentication authenticate(Secret credential, IpAddress address) {
        var text = exchanged.getOrDefault(credential.reveal(), credential.reveal());
        return text.equals("revoked")
                ? new Authentication.Refused("The key is revoked.")
                : new Authentication.Authenticated(new Actor.Operator(KEY, ScopeSet.ofWire(List.of(text.split(" ")))));
    }

    /** On the same event loops. */
    final ApiServer another(int port) {
        return new ApiServer(vertx, "127.0.0.1", port, 2, dispatcher);
    }

    /** From now on a credential is worth what another one is. */
    void exchange(String credential, String other) {
        exchanged.put(credential, other);
    }

    void closeGateFor(long millis) {
        closedFor = OptionalLong.of(millis);
    }

    MeterRegistry registry() {
        return registry;
    }

    int port() {
        return server.port();
    }

    HttpClient client() {
        return client;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
    }

    HttpResponse<String> get(String path, String... headers) {
        var request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        var request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        return send(
                headers.length == 0 ? request.header("Content-Type", "application/json") : request.headers(headers));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode json(HttpResponse<String> response) {
        return json.mapper().readTree(response.body());
    }

    String code(HttpResponse<String> response) {
        return json(response).path("code").asString();
    }

    /** Sends bytes as they are and reads until the server closes. */
    String raw(String bytes) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        server.stop();
    }

    @Override
    public void close() {
        server.stop();
        client.shutdownNow();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
