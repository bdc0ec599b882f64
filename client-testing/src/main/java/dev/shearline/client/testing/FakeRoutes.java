package dev.shearline.client.testing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the fake server answers to whom. */
final class FakeRoutes {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int BODY_BYTES_MAX = 1024 * 1024;

    private record Canned(int status, String body) {}

    private final FakeShearline shearline;
    private final FakeFeed feed;
    private final String credential;
    private final FakeManagement management;
    private final AtomicInteger questions = new AtomicInteger();
    private final Map<String, Map<String, Long>> reports = new ConcurrentHashMap<>();
    private volatile Optional<Canned> canned = Optional.empty();
    private volatile CountDownLatch answering = new CountDownLatch(0);

    FakeRoutes(FakeShearline shearline, FakeFeed feed, String credential) {
        this.shearline = shearline;
        this.feed = feed;
        this.credential = credential;
        this.management = new FakeManagement(shearline, feed);
    }

    int questions() {
        return questions.get();
    }

    /** A source's counts are cumulative. */
    long reported(String keyId, String outcome) {
        return reports.values().stream()
                .flatMap(source -> source.entrySet().stream())
                .filter(each ->
                        each.getKey().startsWith(keyId + " ") && each.getKey().endsWith(" " + outcome))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    void neverAnswer() {
        answering = new CountDownLatch(1);
    }

    void answer(int status, String body) {
        canned = Optional.of(new Canned(status, body));
    }

    void behave() {
        canned = Optional.empty();
        answering.countDown();
    }

    void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answering.await();
            var path = exchange.getRequestURI().getPath();
            if (!("Bearer " + credential).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                send(exchange, 401, FakeManagement.problem(401, "unauthenticated"));
            } else if (path.equals("/v1/changes")) {
                stream(exchange);
            } else if (canned.isPresent()) {
                var given = canned.get();
                send(exchange, given.status(), given.body());
            } else {
                answer(exchange, path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        JsonNode body;
        try {
            var bytes = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
            body = bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
        } catch (JacksonException e) {
            send(exchange, 400, FakeManagement.problem(400, "malformed_json"));
            return;
        }
        switch (path) {
            case "/v1/keys/verify" -> {
                questions.incrementAndGet();
                send(exchange, 200, JSON.writeValueAsString(verdict(body)));
            }
            case "/v1/changes/head" -> send(exchange, 200, JSON.writeValueAsString(position()));
            case "/v1/usage-reports" -> {
                var source = reports.computeIfAbsent(body.path("source").asString(), name -> new ConcurrentHashMap<>());
                body.path("items")
                        .forEach(item -> source.merge(
                                item.path("key_id").asString() + " "
                                        + item.path("hour").asString() + " "
                                        + item.path("outcome").asString(),
                                item.path("count").asLong(),
                                Math::max));
                send(
                        exchange,
                        200,
                        JSON.writeValueAsString(
                                Map.of("closed", body.path("last").asBoolean(false))));
            }
            default -> {
                var answer = management.answer(exchange.getRequestMethod(), path, body);
                send(exchange, answer.status(), answer.body());
            }
        }
    }

    private Map<String, Object> position() {
        var head = feed.head();
        return new HashMap<>(Map.of("epoch", head.epoch(), "tag", head.tag()));
    }

    private Map<String, Object> verdict(JsonNode question) {
        // the position first: what the key is may be newer, never older
        var verdict = new LinkedHashMap<>(position());
        verdict.putAll(shearline
                .findBySecret(question.path("key").asString(""))
                .map(key -> FakeVerdicts.of(key, question))
                .orElseGet(FakeVerdicts::unknown));
        return verdict;
    }

    private void stream(HttpExchange exchange) throws IOException, InterruptedException {
        var last = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        var stream = feed.open(last);
        try (var out = exchange.getResponseBody()) {
            for (var text = stream.out.take(); !text.equals(FakeFeed.END); text = stream.out.take()) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } finally {
            feed.close(stream);
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", status < 400 ? "application/json" : "application/problem+json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
