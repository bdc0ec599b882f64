package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Secrets go in everywhere (credentials, fields, parameters, headers, broken requests, a database that dies, a process that is killed) and
 * come out nowhere: not in what the process says, its metrics, or a file of its own or of its PostgreSQL, whose rows and log of changes are
 * files too.
 */
class CanaryTest {
    /** Of no shape of ours: nobody could tell by looking that it is secret. */
    private static final String PASSWORD = "canary" + "Qx7Zr2Lm9Tv4Wb8N";

    private static final List<String> HEADERS = List.of(
            "User-Agent",
            "X-Request-Id",
            "X-Forwarded-For",
            "Last-Event-ID",
            "If-None-Match",
            "Cookie",
            "Referer",
            "Origin",
            "traceparent",
            "Idempotency-Key",
            "Accept",
            "X-Anything");
    private static final Map<String, String> FIXTURES = Map.of(
            "/v1/departments/ext:eng", "{\"organization\":\"ext:acme\",\"name\":\"Engineering\"}",
            "/v1/teams/ext:web", "{\"organization\":\"ext:acme\",\"name\":\"Web\"}",
            "/v1/users/ext:4711", "{\"name\":\"Ada\"}");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Path place;
    private HttpClient client;
    private URI base = URI.create("http://127.0.0.1");
    private String operator = "";
    private String key = "";

    @BeforeEach
    void layOut() throws IOException {
        place = DevProcess.place();
        client = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    }

    @AfterEach
    void tidyUp() throws IOException {
        client.close();
        DevProcess.delete(place);
    }

    @Test
    void secrets_that_go_in_everywhere_come_out_nowhere() throws Exception {
        var metrics = new ArrayList<String>();
        List<String> said;
        try (var dev = DevProcess.start(place, "--port", "0", "--no-demo", "--data-dir", "data")) {
            base = URI.create(dev.url());
            var first = Files.readString(place.resolve("data/operator.key")).strip();
            operator = created(first, "{\"type\":\"operator\",\"name\":\"canary\",\"scopes\":[\"*\"]}");
            assertThat(send("PUT", "/v1/organizations/ext:acme", "{\"name\":\"Acme\"}", operator)
                            .statusCode())
                    .isEqualTo(201);
            key = created(
                    operator,
                    "{\"type\":\"team\",\"name\":\"canary\",\"organization\":\"ext:acme\",\"scopes\":[\"*\"]}");
            for (var fixture : FIXTURES.entrySet()) {
                assertThat(send("PUT", fixture.getKey(), fixture.getValue(), operator)
                                .statusCode())
                        .isEqualTo(201);
            }
            assertThat(send("POST", "/v1/scopes", "{\"name\":\"reports:export\",\"title\":\"Export\"}", operator)
                            .statusCode())
                    .isEqualTo(201);
            throughCredentials();
            throughTheDocument(ApiClient.JSON.readTree(
                    send("GET", "/openapi.json", "", operator).body()));
            throughHeaders();
            throughBrokenRequests();
            metrics.add(managed(dev, "/metrics"));
            metrics.add(managed(dev, "/readyz"));
            endPostgres();
            assertThat(send("GET", "/v1/keys", "", key).statusCode()).isEqualTo(503);
            assertThat(send("POST", "/v1/keys", "{\"type\":\"operator\",\"name\":\"x\",\"scopes\":[]}", operator)
                            .statusCode())
                    .isEqualTo(503);
            assertThat(dev.stop("KILL")).isEqualTo(137);
            said = dev.lastWords();
        }

        var canaries = List.of(operator, key, PASSWORD, secretPart(operator), secretPart(key));
        assertThat(canaries).allSatisfy(canary -> {
            assertThat(said).noneMatch(line -> line.contains(canary));
            assertThat(metrics).noneMatch(text -> text.contains(canary));
        });
        assertThat(filesWith(canaries)).isEmpty();
        // the search itself works: what is public is found
        assertThat(filesWith(List.of(key.substring(0, 16)))).isNotEmpty();
    }

    /** Without the prefix and the public id: the part that nobody may know. */
    private static String secretPart(String secret) {
        return secret.substring(secret.length() - 38, secret.length() - 6);
    }

    private String created(String credential, String body) throws Exception {
        var answer = send("POST", "/v1/keys", body, credential);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return ApiClient.JSON.readTree(answer.body()).path("secret").asString();
    }

    private void throughCredentials() throws Exception {
        for (var credential : List.of(key, PASSWORD, key + "x", key.substring(1))) {
            for (var path : List.of("/v1/keys", "/v1/keys/self", "/v1/changes", "/v1/nothing", "/" + PASSWORD)) {
                send("GET", path, "", credential);
            }
            send("POST", "/v1/keys/verify", "{\"key\":\"" + credential + "\"}", operator);
            send("POST", "/v1/keys/verify", "{\"key\":\"" + credential + "\",\"use_id\":\"" + key + "\"}", credential);
            send("POST", "/v1/keys/verify-batch", "{\"items\":[{\"key\":\"" + credential + "\"},{}]}", operator);
            raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + credential + "\r\nX-API-Key: "
                    + credential + "\r\n\r\n");
        }
    }

    /** Each parameter and each field of each operation, one at a time: what would be kept is refused. */
    private void throughTheDocument(JsonNode document) throws Exception {
        var kept = new TreeMap<String, Integer>();
        int asked = 0;
        for (var path : document.path("paths").properties()) {
            for (var operation : path.getValue().properties()) {
                if (operation.getKey().equals("parameters")) {
                    continue;
                }
                var method = operation.getKey().toUpperCase(java.util.Locale.ROOT);
                send(method, path.getKey().replaceAll("\\{[^}]+}", key), "", operator);
                send(method, path.getKey().replaceAll("\\{[^}]+}", "ext:" + key), "", operator);
                var where = path.getKey().replaceAll("\\{[^}]+}", idOn(path.getKey()));
                for (var name : List.of("q", "digest", "cursor", "organization", "owner", "unit", "scope", key)) {
                    // what is asked of a DELETE is done
                    send(
                            method.equals("DELETE") ? "GET" : method,
                            where + "?" + name + "=" + URLEncoder.encode(key, StandardCharsets.UTF_8),
                            "",
                            operator);
                }
                for (var body : bodies(document, operation.getValue())) {
                    asked++;
                    var answer = send(method, where, body, operator);
                    if (answer.statusCode() < 300 && !path.getKey().startsWith("/v1/keys/verify")) {
                        kept.put(method + " " + where + " " + body.replace(key, "KEY"), answer.statusCode());
                    }
                }
            }
        }
        assertThat(kept).isEmpty();
        assertThat(asked).isGreaterThan(50);
    }

    private static String idOn(String path) {
        return switch ((path + "//").split("/", -1)[2]) {
            case "organizations" -> "ext:acme";
            case "departments" -> "ext:eng";
            case "teams" -> "ext:web";
            case "users" -> "ext:4711";
            case "scopes" -> "reports:export";
            default -> "none";
        };
    }

    /** The example of the body with the key in each of its fields in turn, in a field that there is not, and as a name. */
    private List<String> bodies(JsonNode document, JsonNode operation) {
        var schema = resolved(document, operation.at("/requestBody/content/application~1json/schema"));
        var fields = new TreeSet<String>();
        collect(document, schema, fields);
        var example = schema.path("examples").path(0);
        var bodies = new ArrayList<String>();
        for (var field : fields) {
            for (var value : List.of("\"%s\"", "\"so %s it is\"", "[\"%s\"]", "{\"name\":\"%s\"}", "{\"%s\":1}")) {
                var body = example.isObject() ? (ObjectNode) example.deepCopy() : ApiClient.JSON.createObjectNode();
                body.set(field, ApiClient.JSON.readTree(value.replace("%s", key)));
                bodies.add(body.toString());
            }
        }
        if (!schema.isMissingNode()) {
            bodies.add("{\"" + key + "\":1}");
        }
        return bodies;
    }

    private static void collect(JsonNode document, JsonNode schema, Set<String> fields) {
        fields.addAll(schema.path("properties").propertyNames());
        schema.path("allOf").valueStream().forEach(part -> collect(document, resolved(document, part), fields));
    }

    private static JsonNode resolved(JsonNode document, JsonNode node) {
        var reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }

    private void throughHeaders() throws Exception {
        for (var header : HEADERS) {
            for (var value : List.of(key, PASSWORD, "x " + key)) {
                var request = HttpRequest.newBuilder(base.resolve("/v1/organizations/ext:acme"))
                        .timeout(LIMIT)
                        .header("Authorization", "Bearer " + operator)
                        .header("Content-Type", "application/json")
                        .method(
                                "PATCH",
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"name\":\"Acme " + header + value.length() + "\"}"));
                // what a browser sends is kept for the audit log, unless it is a key; a password nobody can tell apart
                request.header(header, header.equals("User-Agent") ? value.replace(PASSWORD, "agent") : value);
                client.send(request.build(), HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    private void throughBrokenRequests() throws Exception {
        for (var canary : List.of(key, PASSWORD)) {
            for (var body : List.of(
                    "{\"name\":\"" + canary,
                    canary,
                    "\"" + canary + "\"",
                    "[\"" + canary + "\"]",
                    "{" + canary + "}",
                    "{\"scopes\":\"" + canary + "\",\"type\":7}",
                    "{\"type\":\"" + canary + "\"}",
                    "{\"" + canary + "\":1}",
                    "{\"key\":[\"" + canary + "\"]}")) {
                for (var path : List.of("/v1/keys", "/v1/keys/verify", "/v1/organizations")) {
                    assertThat(send("POST", path, body, operator).statusCode()).isBetween(200, 499);
                }
            }
            raw("GET /" + canary + " HTTP/9.9\r\n\r\n");
            raw(canary + "\r\n\r\n");
            raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\n" + canary + "\r\n\r\n");
            raw("GET /v1/keys?" + canary.repeat(200) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\nX-Long: " + canary.repeat(800) + "\r\n\r\n");
            raw("POST /v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + canary
                    + "\r\nContent-Length: 9999999\r\n\r\n" + canary);
        }
    }

    private HttpResponse<String> send(String method, String path, String body, String credential) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + Secret.of(credential).reveal())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        if (path.equals("/v1/changes") || path.startsWith("/v1/changes?")) {
            // a stream: its head is enough
            try (var _ = client.send(request, HttpResponse.BodyHandlers.ofInputStream())
                    .body()) {
                return client.send(
                        HttpRequest.newBuilder(base.resolve("/openapi.json")).build(),
                        HttpResponse.BodyHandlers.ofString());
            }
        }
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Bytes that are no request, or a strange one; whatever comes back. */
    private void raw(String bytes) throws IOException {
        try (var socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException | java.net.SocketTimeoutException e) {
            // it was cut off
        }
    }

    private String managed(DevProcess dev, String path) throws Exception {
        var management = dev.said().stream()
                .filter(line -> line.strip().startsWith("Management "))
                .map(line -> line.strip().replaceAll("^Management +", "").replaceAll("/readyz.*", ""))
                .findFirst()
                .orElseThrow();
        return client.send(
                        HttpRequest.newBuilder(URI.create(management + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** The postmaster itself, at once, as its own crash would. */
    private void endPostgres() throws IOException, InterruptedException {
        var pid = Files.readAllLines(place.resolve("data/postgres/cluster/postmaster.pid"))
                .getFirst();
        assertThat(new ProcessBuilder("kill", "-KILL", pid).start().waitFor()).isZero();
    }

    /** Files below the place that hold one of these; the file that is there to hold the operator's key left out. */
    private Map<String, String> filesWith(List<String> texts) throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.walk(place)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var content = content(file);
                texts.stream()
                        .filter(content::contains)
                        .forEach(text -> found.put(place.relativize(file).toString(), text.substring(0, 4)));
            }
        }
        return found;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
