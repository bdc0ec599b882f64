package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.Server;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Nodes as an operator runs them: processes of their own, on a PostgreSQL that was there before and was prepared by {@code migrate}. */
class ServeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CANARY = "canary" + "Tb5Nw8Zs";

    private static Path place;
    private static EmbeddedPostgres postgres;
    private static Map<String, String> roles;
    private static Secret operator;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    @BeforeAll
    static void prepare() throws Exception {
        place = DevProcess.place();
        postgres = EmbeddedPostgres.start(EmbeddedPostgresConfig.of(place.resolve("postgres")));
        sql("postgres", "CREATE DATABASE keys");
        var migrated = new Session(place).run("migrate", "--owner-url", ownerUrl());
        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        roles = new HashMap<>();
        migrated.out().lines().forEach(line -> {
            int equals = line.indexOf('=');
            roles.put(line.substring(0, equals), line.substring(equals + 1));
        });
        InstanceKeys.create(place.resolve("instance.keys"), new SecureRandom());
        var environment = environment("first");
        environment.put("SHEARLINE_DATA_DIR", place.resolve("first").toString());
        try (var server = Server.start(SettingsParser.parse(environment, Optional.empty(), Map.of()))) {
            Ready.await(server);
            operator = server.issueOperatorKey("test", ScopeSet.ALL);
        }
    }

    @AfterAll
    static void tidyUp() throws IOException {
        postgres.close();
        DevProcess.delete(place);
    }

    @Test
    void nodes_configured_in_three_ways_are_one_service_and_leave_it_in_order_or_not() throws Exception {
        try (var byFile = startByFile();
                var byMountedFiles = startByMountedFiles();
                var byEnvironment = startByEnvironment()) {
            var nodes = List.of(byFile, byMountedFiles, byEnvironment);
            for (var node : nodes) {
                eventually(
                        "it is ready", () -> get(node.management(), "/readyz").statusCode() == 200);
            }
            assertThat(sql("keys", "SELECT string_agg(address, ' ' ORDER BY address) FROM shearline.node"))
                    .isEqualTo(String.join(
                            " ",
                            nodes.stream().map(ServeProcess::address).sorted().toList()));
            assertThat(json(get(byFile.api(), "/v1/organizations")).path("items"))
                    .isEmpty();

            assertThat(send("PUT", byFile.api(), "/v1/organizations/ext:acme", "{\"name\":\"Acme\"}")
                            .statusCode())
                    .isEqualTo(201);
            for (var from : nodes) {
                var key = issue(from);
                assertThat(nodes)
                        .allSatisfy(node -> assertThat(verdict(node, key)).isEqualTo("allowed"));
                var propagation = revoke(from, key);
                assertThat(propagation.path("nodes").asInt()).isEqualTo(3);
                assertThat(propagation.path("complete").asBoolean()).isTrue();
                assertThat(nodes)
                        .allSatisfy(node -> assertThat(verdict(node, key)).isEqualTo("revoked"));
            }
            pushCanaries(byFile);
            leaveInOrder(byMountedFiles, byFile);
            leaveWithoutAWord(byEnvironment, byFile);
            assertThat(byFile.stop("TERM")).isZero();
            assertThatLogsAreFit(List.of(byFile, byMountedFiles, byEnvironment));
        }
    }

    private void leaveInOrder(ServeProcess leaving, ServeProcess staying) {
        var key = issue(staying);
        assertThat(stop(leaving, "TERM")).isZero();
        assertThat(sql("keys", "SELECT count(*) FROM shearline.node WHERE address = '" + leaving.address() + "'"))
                .isEqualTo("0");
        var propagation = revoke(staying, key);
        assertThat(propagation.path("nodes").asInt()).isEqualTo(2);
        assertThat(propagation.path("complete").asBoolean()).isTrue();
    }

    /** Nobody can know whether a node that was killed still answers, until its lease has lapsed. */
    private void leaveWithoutAWord(ServeProcess killed, ServeProcess staying) {
        var key = issue(staying);
        assertThat(stop(killed, "KILL")).isEqualTo(137);
        var propagation = revoke(staying, key);
        int pending = propagation.path("pending").asInt();
        assertThat(propagation.path("acknowledged").asInt()).isEqualTo(1);
        assertThat(pending + propagation.path("fenced").asInt()).isEqualTo(1);
        assertThat(propagation.path("complete").asBoolean()).isEqualTo(pending == 0);
        assertThat(propagation.path("dead_by").asString()).isNotEmpty();
        eventually(
                "the lease has lapsed",
                () -> revoke(staying, key).path("complete").asBoolean());
        assertThat(revoke(staying, key).path("acknowledged").asInt()).isEqualTo(1);
    }

    private void pushCanaries(ServeProcess node) throws Exception {
        get(node.api(), "/v1/keys?q=" + CANARY + "&" + CANARY + "=1");
        get(node.api(), "/" + CANARY);
        send("POST", node.api(), "/v1/keys", "{\"" + CANARY + "\":\"" + CANARY + "\"}");
        send("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + CANARY + "\"");
        send("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + CANARY + "\"}");
        var request = HttpRequest.newBuilder(node.api().resolve("/v1/keys")).timeout(LIMIT);
        for (var header : List.of("Authorization", "User-Agent", "Cookie", "X-Request-Id", "Idempotency-Key")) {
            request.header(header, header.equals("Authorization") ? "Bearer " + CANARY : CANARY);
        }
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    /** The first was asked to log all, the second by default, the third failures. */
    private static void assertThatLogsAreFit(List<ServeProcess> nodes) throws InterruptedException {
        var logs = new ArrayList<List<JsonNode>>();
        for (var node : nodes) {
            var lines = node.lastWords();
            assertThat(lines).noneMatch(line -> line.contains(CANARY) || line.contains(operator.reveal()));
            logs.add(lines.stream()
                    // the JVM's own, before anybody can say how to write
                    .filter(line -> !line.startsWith("WARNING: "))
                    .map(ApiClient.JSON::readTree)
                    .toList());
        }
        assertThat(logs)
                .allSatisfy(log -> assertThat(log)
                        .isNotEmpty()
                        .allSatisfy(line ->
                                assertThat(line.propertyNames()).contains("time", "level", "logger", "message")));
        // both were told to stop
        assertThat(logs.subList(0, 2))
                .allSatisfy(log -> assertThat(log)
                        .anySatisfy(line ->
                                assertThat(line.path("message").asString()).startsWith("stopped: ")));
        assertThat(routes(logs.get(0))).contains("/v1/keys/verify", "/v1/keys/:id/revoke", "-");
        assertThat(routes(logs.get(1))).contains("/v1/keys/:id/revoke").doesNotContain("/v1/keys/verify");
        assertThat(routes(logs.get(2))).isEmpty();
        assertThat(logs.get(0)).anySatisfy(line -> {
            assertThat(line.path("route").asString()).isEqualTo("/v1/keys/verify");
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("actor_kind").asString()).isEqualTo("operator");
            assertThat(line.path("ms").isNumber()).isTrue();
        });
        assertThat(logs.get(1))
                .anySatisfy(line -> assertThat(line.path("message").asString())
                        .isEqualTo("stopped: all is answered, and the lease is given up"));
    }

    private static List<String> routes(List<JsonNode> log) {
        return log.stream()
                .filter(line -> line.path("logger").asString().equals("dev.shearline.requests"))
                .map(line -> line.path("route").asString())
                .distinct()
                .toList();
    }

    @Test
    void an_instance_without_an_operator_key_says_how_to_make_the_first_one() throws Exception {
        sql("postgres", "CREATE DATABASE fresh");
        var migrated =
                new Session(place).run("migrate", "--owner-url", ownerUrl().replaceFirst("/keys$", "/fresh"));
        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        var environment = environment("fresh");
        environment.replaceAll((name, value) -> value.replaceFirst("/keys$", "/fresh"));
        try (var first = ServeProcess.start(place, environment)) {
            assertThat(first.nextLine())
                    .startsWith("There is no operator key yet. Make the first one: shearline bootstrap");
        }
    }

    @Test
    void a_name_that_it_does_not_know_keeps_it_from_starting() throws Exception {
        assertThat(refusedWith("SHEARLINE_FEED_MAX_STALENES", "5s"))
                .contains(
                        "There is no setting SHEARLINE_FEED_MAX_STALENES. Did you mean SHEARLINE_FEED_MAX_STALENESS?");
    }

    @Test
    void others_may_reach_it_only_over_tls() throws Exception {
        assertThat(refusedWith("SHEARLINE_LISTEN", "0.0.0.0:0"))
                .contains("set tls-cert-file and tls-key-file to serve TLS, or trusted-proxies")
                .contains("set public-url");
    }

    @Test
    void a_superuser_is_refused_with_the_command_that_mends_it() throws Exception {
        assertThat(refusedWith("SHEARLINE_DATABASE_URL", ownerUrl()))
                .contains("SHEARLINE_DATABASE_URL: ")
                .contains("is a superuser")
                .contains("Run shearline migrate --owner-url")
                .doesNotContain(postgres.password().reveal());
    }

    /** What a node says that does not start with this setting. */
    private static String refusedWith(String name, String value) throws Exception {
        var environment = environment("refused");
        environment.put(name, value);
        var refused = ServeProcess.refusal(place, environment);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        return refused.said();
    }

    private static ServeProcess startByFile() throws IOException {
        var file = Files.writeString(place.resolve("node.conf"), """
                # a node
                listen = 127.0.0.1:0
                management-listen = 127.0.0.1:0
                database-url = %s
                node-database-url = %s
                secret-keys-file = %s
                data-dir = %s
                log.requests = all
                """.formatted(
                        roles.get("SHEARLINE_DATABASE_URL"),
                        roles.get("SHEARLINE_NODE_DATABASE_URL"),
                        place.resolve("instance.keys"),
                        place.resolve("by-file")));
        return ServeProcess.start(place, Map.of(), "--config", file.toString());
    }

    /** As containers get their secrets. */
    private static ServeProcess startByMountedFiles() throws IOException {
        var mounted = Files.createDirectories(place.resolve("mounted"));
        var environment = new HashMap<String, String>();
        for (var variable : environment("by-mounted-files").entrySet()) {
            var file = Files.writeString(mounted.resolve(variable.getKey()), variable.getValue() + "\n");
            environment.put(variable.getKey() + "_FILE", file.toString());
        }
        return ServeProcess.start(place, environment);
    }

    private static ServeProcess startByEnvironment() throws IOException {
        var environment = environment("by-environment");
        environment.put("SHEARLINE_LOG_REQUESTS", "failures");
        return ServeProcess.start(place, environment);
    }

    private static Map<String, String> environment(String dataDirectory) {
        var environment = new HashMap<>(roles);
        environment.put("SHEARLINE_LISTEN", "127.0.0.1:0");
        environment.put("SHEARLINE_MANAGEMENT_LISTEN", "127.0.0.1:0");
        environment.put(
                "SHEARLINE_SECRET_KEYS_FILE", place.resolve("instance.keys").toString());
        environment.put("SHEARLINE_DATA_DIR", place.resolve(dataDirectory).toString());
        return environment;
    }

    private static String ownerUrl() {
        return "postgres://" + postgres.superuser() + ":" + postgres.password().reveal() + "@127.0.0.1:"
                + postgres.port() + "/keys";
    }

    private String issue(ServeProcess node) {
        var answer = send(
                "POST",
                node.api(),
                "/v1/keys",
                "{\"type\":\"team\",\"name\":\"test\",\"organization\":\"ext:acme\",\"scopes\":[\"resources:read\"]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("secret").asString();
    }

    private JsonNode revoke(ServeProcess node, String key) {
        var answer = send("POST", node.api(), "/v1/keys/key_" + key.substring(12, 24) + "/revoke", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("propagation");
    }

    private String verdict(ServeProcess node, String key) {
        return json(send("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + key + "\"}"))
                .path("code")
                .asString();
    }

    private HttpResponse<String> get(URI base, String path) {
        return send("GET", base, path, "");
    }

    private HttpResponse<String> send(String method, URI base, String path, String body) {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + operator.reveal())
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return ApiClient.JSON.readTree(answer.body());
    }

    private static int stop(ServeProcess node, String signal) {
        try {
            return node.stop(signal);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The first value of the first row, as the superuser; empty when there is none. */
    private static String sql(String database, String statement) {
        try (var connection = DriverManager.getConnection(
                        postgres.jdbcUrl(database),
                        postgres.superuser(),
                        postgres.password().reveal());
                var run = connection.createStatement()) {
            if (!run.execute(statement)) {
                return "";
            }
            var rows = run.getResultSet();
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
