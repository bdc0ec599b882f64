package dev.shearline.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody's server that webhooks are sent to. It says 204 unless it is told to say something else. */
public final class Receiver implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** A request as it came. */
    public record Received(String path, Map<String, String> headers, String body) {

        public String id() {
            return headers.getOrDefault("webhook-id", "");
        }

        public JsonNode json() {
            return JSON.readTree(body);
        }

        public String type() {
            return json().path("type").asString("");
        }

        /** Text at a path such as {@code data/key/id}. */
        public String at(String path) {
            return json().at("/" + path).asString("");
        }

        /** Whether one of the signatures is by this secret, worked out here as Standard Webhooks says it. */
        public boolean isSignedWith(String secret) {
            try {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
                mac.update(id().getBytes(StandardCharsets.UTF_8));
                mac.update((byte) '.');
                mac.update(headers.getOrDefault("webhook-timestamp", "").getBytes(StandardCharsets.UTF_8));
                mac.update((byte) '.');
                var expected =
                        "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
                return Arrays.asList(
                                headers.getOrDefault("webhook-signature", "").split(" ", -1))
                        .contains(expected);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Deque<Integer> answers = new ArrayDeque<>();
    private volatile int usual = 204;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private Receiver(HttpServer server) {
        this.server = server;
    }

    public static Receiver start() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
            var receiver = new Receiver(server);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", receiver::handle);
            server.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = new java.util.TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(", ", values)));
            received.add(new Received(exchange.getRequestURI().toString(), headers, body));
            gate.await();
            int status = next();
            if (status >= 300 && status < 400) {
                exchange.getResponseHeaders().set("Location", url("/elsewhere"));
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized int next() {
        return answers.isEmpty() ? usual : answers.removeFirst();
    }

    /** Says these first, in this order. */
    public synchronized Receiver saying(Integer... statuses) {
        answers.addAll(List.of(statuses));
        return this;
    }

    public Receiver alwaysSaying(int status) {
        usual = status;
        return this;
    }

    /** Says nothing until the answer is counted down. */
    public CountDownLatch holdBack() {
        gate = new CountDownLatch(1);
        return gate;
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    public List<Received> received(String type) {
        return received.stream().filter(one -> one.type().equals(type)).toList();
    }

    /** The first of this type that mentions this thing. */
    public Received await(String type, String text) {
        return await(
                "a message " + type + " with " + text, type, one -> one.body().contains(text));
    }

    /** The first of this type about this key; a successor's mention it too, and may come first. */
    public Received awaitKey(String type, String id) {
        return await(
                "a message " + type + " about " + id,
                type,
                one -> one.at("data/key/id").equals(id));
    }

    private Received await(String what, String type, Predicate<Received> wanted) {
        Eventually.isTrue(what, () -> received(type).stream().anyMatch(wanted));
        return received(type).stream().filter(wanted).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
    }
}
