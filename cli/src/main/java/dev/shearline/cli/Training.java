package dev.shearline.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * What the launcher runs once after a build, for the JVM to note which classes short commands load and how they are
 * linked. The notes are a cache: without them every command does the same, in more than twice the time.
 */
final class Training {
    private static final String KEY = """
            {"id":"key_000000000000","name":"n","description":"","type":"team","visibility":"secret","mode":"live",
             "status":"active","prefix":"p","last_four":"f","masked":"p…f","scopes":["a:b"],
             "owner":{"type":"team","id":"t","external_id":"e"},"organization":{"id":"o","external_id":null},
             "boundary":{"type":"team","id":"t","external_id":null},"cidrs":[],"metadata":{},
             "expires_at":"2030-01-31T12:00:00.000Z","created_at":"2029-11-02T12:00:00.000Z","last_used_at":null,
             "valid":true,"code":"allowed","secret":"s","user":{"id":"u","name":"n"},"roles":[],
             "propagation":{"nodes":1,"acknowledged":1,"fenced":0,"pending":0,"complete":true,"took_ms":1}}
            """;
    private static final String PAGE = "{\"items\":[" + KEY + "],\"next_cursor\":null}";
    private static final String PROBLEM = "{\"detail\":\"d\",\"code\":\"not_found\",\"request_id\":\"r\"}";

    private static final List<List<String>> COMMANDS = List.of(
            List.of("keys", "list"),
            List.of("keys", "list", "-o", "json"),
            List.of("keys", "list", "-o", "csv"),
            List.of("keys", "tree", "--organization", "o"),
            List.of("keys", "get", "k"),
            List.of("keys", "get", "k", "-o", "yaml"),
            List.of("keys", "create", "--team", "t", "--name", "n", "--metadata", "a=b"),
            List.of("keys", "update", "k", "--name", "n"),
            List.of("keys", "revoke", "k", "--yes"),
            List.of("keys", "disable", "k"),
            List.of("keys", "verify", "--stdin"),
            List.of("keys", "get", "none"),
            List.of("keys", "--help"),
            List.of("teams", "list"),
            List.of("teams", "create", "--name", "n"),
            List.of("audit", "list", "--organization", "o"),
            List.of("usage", "--organization", "o"),
            List.of("webhooks", "list", "--organization", "o"),
            List.of("auth", "status"),
            List.of("auth", "sources"));

    private Training() {}

    public static void main(String[] arguments) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Training::answer);
        server.start();
        var environment = Map.of(
                "SHEARLINE_URL", "http://127.0.0.1:" + server.getAddress().getPort(), "SHEARLINE_KEY", "k");
        try {
            for (var command : COMMANDS) {
                Shearline.run(surroundings(environment), command.toArray(String[]::new));
            }
        } finally {
            server.stop(0);
        }
    }

    private static Surroundings surroundings(Map<String, String> environment) {
        var unseen = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new Surroundings(
                environment,
                Path.of("").toAbsolutePath(),
                new ByteArrayInputStream("k".getBytes(StandardCharsets.UTF_8)),
                new StandardOutput(unseen).printStream(),
                unseen,
                Terminals.NONE,
                Clock.systemUTC());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var path = exchange.getRequestURI().getPath();
            boolean list = exchange.getRequestMethod().equals("GET") && path.matches("/v1/[a-z]+");
            boolean missing = path.endsWith("/none");
            var answer = (missing ? PROBLEM : list ? PAGE : KEY).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(missing ? 404 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }
}
