package dev.shearline.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** An HTTP server on a free port that answers what it was told to, in order, and remembers what it was asked. */
final class FakeInstance implements AutoCloseable {

    record Asked(String method, String target, String authorization, String idempotencyKey, JsonNode body) {}

    private static final int LOST = 0;

    private record Answer(int status, String body) {}

    private final HttpServer server;
    private final Queue<Answer> answers = new ArrayDeque<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    FakeInstance() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    FakeInstance answering(int status, String body) {
        answers.add(new Answer(status, body.replace('\'', '"')));
        return this;
    }

    FakeInstance losingAnAnswer() {
        return answering(LOST, "");
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        return asked;
    }

    Asked lastAsked() {
        return asked.getLast();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Idempotency-Key"), ""),
                    body.isEmpty() ? ApiClient.JSON.nullNode() : ApiClient.JSON.readTree(body)));
            var answer = answers.isEmpty() ? new Answer(599, "no answer was prepared") : answers.remove();
            if (answer.status() == LOST) {
                // the request was taken, and the connection ends without an answer
                return;
            }
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
