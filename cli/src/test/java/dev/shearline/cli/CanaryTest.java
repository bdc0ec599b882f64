package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Secrets go in everywhere (credentials, fields, parameters, headers, names of requests, the one-time link, broken requests, a fault in the
 * middle of one, a database that dies, a process that is killed) and come out nowhere: not in what the process says, its metrics, a row, or
 * a file of its own or of its PostgreSQL, whose log of changes is a file too.
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
            "tracestate",
            "baggage",
            "Idempotency-Key",
            "X-API-Key",
            "X-Shearline-Verifier-Key",
            "X-Real-IP",
            "X-Forwarded-Proto",
            "X-Original-URI",
            "Forwarded",
            "Accept",
            "X-Anything");

    /** A change, a list, verdicts, what fails, a page, and what is not there; {@code TURN} is another word each time. */
    private static final List<List<String>> ROUTES = List.of(
            List.of("PATCH", "/v1/organizations/ext:acme", "{\"name\":\"Acme TURN\"}"),
            List.of("GET", "/v1/keys?limit=1", ""),
            List.of("POST", "/v1/keys/verify", "{\"key\":\"nothing\"}"),
            List.of("GET", "/v1/forward-auth", ""),
            List.of("POST", "/v1/keys", "{\"name\":\"TURN\"}"),
            List.of("GET", "/docs/problems", ""),
            List.of("DELETE", "/v1/nothing", ""));

    private CanaryInstance instance;
    private String operator;
    private String key = "";

    @BeforeEach
    void start() throws Exception {
        instance = CanaryInstance.start();
        operator = instance.operator();
        key = instance.created(
                operator, "{\"type\":\"team\",\"name\":\"canary\",\"organization\":\"ext:acme\",\"scopes\":[\"*\"]}");
    }

    @AfterEach
    void tidyUp() throws IOException {
        instance.close();
    }

    @Test
    void secrets_that_go_in_everywhere_come_out_nowhere() throws Exception {
        var secrets = new ArrayList<>(List.of(operator, key, PASSWORD));
        throughCredentials();
        throughTheDocument(instance.document());
        throughAnImport(instance.document());
        throughHeaders();
        throughBrokenRequests();
        secrets.addAll(throughRepeatedRequests());
        var link = instance.oneTimeLink();
        secrets.add(throughTheLink(link));
        throughAFault();
        var canaries = secrets.stream().flatMap(CanaryTest::withItsSecretPart).toList();
        var linkToken = link.substring(link.lastIndexOf('/') + 1);

        var metrics = List.of(instance.managed("/metrics"), instance.managed("/readyz"));
        assertThat(instance.columnsWith(canaries)).isEmpty();
        assertThat(instance.columnsWith(List.of(linkToken))).isEmpty();
        // the search itself works: what is public is found
        assertThat(instance.columnsWith(List.of(key.substring(12, 24)))).contains("api_key.id");

        var said = throughDeath();
        assertThat(canaries).allSatisfy(canary -> {
            assertThat(said).noneMatch(line -> line.contains(canary));
            assertThat(metrics).noneMatch(text -> text.contains(canary));
        });
        assertThat(said.stream().filter(line -> line.contains(linkToken)))
                .as("said once, where it is meant to be")
                .hasSize(1);
        assertThat(metrics).noneMatch(text -> text.contains(linkToken));
        assertThat(instance.filesWith(canaries, file -> true)).isEmpty();
        assertThat(instance.filesWith(List.of(linkToken), file -> true)).isEmpty();
        assertThat(instance.filesWith(List.of(key.substring(0, 16)), file -> true))
                .isNotEmpty();
    }

    private static Stream<String> withItsSecretPart(String secret) {
        return secret.equals(PASSWORD) ? Stream.of(secret) : Stream.of(secret, secretPart(secret));
    }

    /** Without the prefix and the public id: the part that nobody may know. */
    private static String secretPart(String secret) {
        return secret.substring(secret.length() - 38, secret.length() - 6);
    }

    /** A header that names a request opens what was answered: it is as secret as the answer. */
    private List<String> throughRepeatedRequests() throws Exception {
        var secrets = new ArrayList<String>();
        var body = "{\"type\":\"team\",\"name\":\"canary\",\"organization\":\"ext:acme\",\"scopes\":[\"*\"]}";
        for (var name : List.of(PASSWORD, PASSWORD + "2", key)) {
            for (int i = 0; i < 2; i++) {
                var answer = instance.send("POST", "/v1/keys", body, operator, Map.of("Idempotency-Key", name));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
                secrets.add(
                        ApiClient.JSON.readTree(answer.body()).path("secret").asString());
            }
            assertThat(instance.send("POST", "/v1/keys", body, key, Map.of("Idempotency-Key", name))
                            .statusCode())
                    .isBetween(200, 499);
        }
        return secrets;
    }

    private String throughTheLink(String link) throws Exception {
        instance.send("GET", link, "", operator);
        var page = instance.send("POST", link, "", operator).body();
        var shown = Pattern.compile("shl_live_op_[0-9A-Za-z]{50}").matcher(page);
        assertThat(shown.find()).as(page).isTrue();
        instance.send("POST", link, "", operator);
        return shown.group();
    }

    /** An error that nobody has thought of, in the middle of making a key. */
    private void throughAFault() throws Exception {
        instance.execute("ALTER TABLE shearline.api_key ADD CONSTRAINT fault CHECK (name <> 'fault') NOT VALID");
        var body = "{\"type\":\"team\",\"name\":\"fault\",\"organization\":\"ext:acme\",\"scopes\":[\"*\"]}";
        for (var name : List.of(PASSWORD, PASSWORD + "3", key)) {
            var answer = instance.send("POST", "/v1/keys", body, operator, Map.of("Idempotency-Key", name + "-fault"));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain(name);
        }
    }

    /** PostgreSQL dies, and then the process, while a request with secrets is on its way. */
    private List<String> throughDeath() throws Exception {
        instance.endPostgres();
        assertThat(instance.send("GET", "/v1/keys", "", key).statusCode()).isEqualTo(503);
        assertThat(instance.send("POST", "/v1/keys", "{\"type\":\"operator\",\"name\":\"x\",\"scopes\":[]}", operator)
                        .statusCode())
                .isEqualTo(503);
        try (var _ = instance.begun("POST /v1/keys HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + operator + "\r\nIdempotency-Key: " + PASSWORD
                + "\r\nContent-Length: 1000\r\n\r\n{\"name\":\"" + key + PASSWORD)) {
            return instance.kill();
        }
    }

    private void throughCredentials() throws Exception {
        for (var credential : List.of(key, PASSWORD, key + "x", key.substring(1))) {
            for (var path : List.of("/v1/keys", "/v1/keys/self", "/v1/changes", "/v1/nothing", "/" + PASSWORD)) {
                instance.send("GET", path, "", credential);
            }
            instance.send("POST", "/v1/keys/verify", "{\"key\":\"" + credential + "\"}", operator);
            instance.send(
                    "POST",
                    "/v1/keys/verify",
                    "{\"key\":\"" + credential + "\",\"use_id\":\"" + key + "\"}",
                    credential);
            instance.send(
                    "POST", "/v1/keys/verify-batch", "{\"items\":[{\"key\":\"" + credential + "\"},{}]}", operator);
            instance.raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + credential
                    + "\r\nX-API-Key: " + credential + "\r\n\r\n");
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
                instance.send(method, path.getKey().replaceAll("\\{[^}]+}", key), "", asker(path.getKey()));
                instance.send(method, path.getKey().replaceAll("\\{[^}]+}", "ext:" + key), "", asker(path.getKey()));
                var where = path.getKey().replaceAll("\\{[^}]+}", CanaryInstance.idOn(path.getKey()));
                for (var name : parameters(document, operation.getValue())) {
                    // what is asked of a DELETE is done
                    instance.send(
                            method.equals("DELETE") ? "GET" : method,
                            where + "?" + name + "=" + URLEncoder.encode(key, StandardCharsets.UTF_8),
                            "",
                            asker(path.getKey()));
                }
                for (var body : bodies(document, operation.getValue())) {
                    asked++;
                    var answer = instance.send(method, where, body, asker(path.getKey()));
                    if (answer.statusCode() < 300 && !answersByRow(path.getKey())) {
                        kept.put(method + " " + where + " " + body.replace(key, "KEY"), answer.statusCode());
                    }
                }
            }
        }
        assertThat(kept).isEmpty();
        assertThat(asked).isGreaterThan(50);
        assertThat(instance.send("GET", "/v1/keys/self", "", operator).statusCode())
                .as("whoever asked all this still may")
                .isEqualTo(200);
    }

    private static boolean answersByRow(String path) {
        return path.startsWith("/v1/keys/verify") || path.equals("/v1/keys/import");
    }

    /** A key to import may be in plain text, in one field of it: everywhere else it is refused, and there it is kept nowhere. */
    private void throughAnImport(JsonNode document) throws Exception {
        var schemas = document.at("/components/schemas");
        var item = (ObjectNode) schemas.at("/KeyImport/examples/0/items/0").deepCopy();
        for (var field : schemas.at("/KeyToImport/properties").propertyNames()) {
            for (var value : List.of(key, PASSWORD + " " + key)) {
                var row = imported(item.deepCopy().put(field, value));
                assertThat(row).as(field).isEqualTo("refused");
            }
        }
        item.remove("hash");
        item.remove("prefix");
        assertThat(imported(item.deepCopy().put("plaintext", PASSWORD))).isEqualTo("imported");
        assertThat(imported(item.deepCopy().put("plaintext", key))).isEqualTo("already_exists");
    }

    private String imported(JsonNode item) throws Exception {
        var body = ApiClient.object();
        body.putArray("items").add(item);
        var answer = instance.send("POST", "/v1/keys/import", body.toString(), operator);
        assertThat(answer.body()).doesNotContain(key).doesNotContain(PASSWORD);
        return ApiClient.JSON.readTree(answer.body()).at("/items/0/status").asString("");
    }

    /** The key that revokes itself is a new one each time. */
    private String asker(String path) throws Exception {
        return path.endsWith("/revoke-self")
                ? instance.created(operator, "{\"type\":\"operator\",\"name\":\"canary\",\"scopes\":[\"keys:read\"]}")
                : operator;
    }

    /** The query parameters of the operation, one that some lists have, and one that there is not. */
    private Set<String> parameters(JsonNode document, JsonNode operation) {
        var names = new TreeSet<String>(Set.of("q", key));
        operation
                .path("parameters")
                .valueStream()
                .map(parameter -> CanaryInstance.resolved(document, parameter))
                .filter(parameter -> parameter.path("in").asString("").equals("query"))
                .forEach(parameter -> names.add(parameter.path("name").asString()));
        return names;
    }

    /** The example of the body with the key in each of its fields in turn, in a field that there is not, and as a name. */
    private List<String> bodies(JsonNode document, JsonNode operation) {
        var schema = CanaryInstance.resolved(document, operation.at("/requestBody/content/application~1json/schema"));
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
        schema.path("allOf")
                .valueStream()
                .forEach(part -> collect(document, CanaryInstance.resolved(document, part), fields));
    }

    /** A request with a header of its own. */
    interface Asking<E extends Exception> {
        void ask(String method, String path, String body, String header, String value) throws E;
    }

    /** What a browser calls itself is kept for the audit log, unless it is a key: what has no shape of ours nobody can tell apart. */
    static <E extends Exception> void eachHeaderOnEachRoute(String canary, Asking<E> asking) throws E {
        int turn = 0;
        for (var header : HEADERS) {
            for (var route : ROUTES) {
                turn++;
                // on an odd number of routes each header has both
                var value = turn % 2 == 0 ? canary : "x " + canary;
                var sent = header.equals("User-Agent") && !canary.contains("_") ? "agent" : value;
                asking.ask(route.get(0), route.get(1), route.get(2).replace("TURN", "" + turn), header, sent);
            }
        }
    }

    private void throughHeaders() throws Exception {
        for (var canary : List.of(key, PASSWORD)) {
            eachHeaderOnEachRoute(
                    canary,
                    (method, path, body, header, value) ->
                            instance.send(method, path, body, operator, Map.of(header, value)));
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
                    assertThat(instance.send("POST", path, body, operator).statusCode())
                            .isBetween(200, 499);
                }
            }
            instance.raw("GET /" + canary + " HTTP/9.9\r\n\r\n");
            instance.raw(canary + "\r\n\r\n");
            instance.raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\n" + canary + "\r\n\r\n");
            instance.raw("GET /v1/keys?" + canary.repeat(200) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            instance.raw("GET /v1/keys HTTP/1.1\r\nHost: localhost\r\nX-Long: " + canary.repeat(800) + "\r\n\r\n");
            instance.raw("POST /v1/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + canary
                    + "\r\nContent-Length: 9999999\r\n\r\n" + canary);
        }
    }
}
