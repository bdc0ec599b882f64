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
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** A PostgreSQL that was there before and was prepared by {@code migrate}, with what nodes on it need, and their operator. */
final class ServeRig implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final Path place;
    private final EmbeddedPostgres postgres;
    private final Map<String, String> roles = new HashMap<>();
    private final Secret operator;

    ServeRig() throws Exception {
        place = DevProcess.place();
        postgres = EmbeddedPostgres.start(EmbeddedPostgresConfig.of(place.resolve("postgres")));
        sql("postgres", "CREATE DATABASE keys");
        var migrated = new Session(place).run("migrate", "--owner-url", ownerUrl());
        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        migrated.out().lines().forEach(line -> {
            int equals = line.indexOf('=');
            roles.put(line.substring(0, equals), line.substring(equals + 1));
        });
        InstanceKeys.create(place.resolve("instance.keys"), new SecureRandom());
        try (var server = Server.start(SettingsParser.parse(environment("first"), Optional.empty(), Map.of()))) {
            Ready.await(server);
            operator = server.issueOperatorKey("test", ScopeSet.ALL);
        }
    }

    Path place() {
        return place;
    }

    Secret operator() {
        return operator;
    }

    /** Where the database is, as a role. */
    String url(String variable) {
        return roles.getOrDefault(variable, "");
    }

    String ownerUrl() {
        return "postgres://" + postgres.superuser() + ":" + postgres.password().reveal() + "@127.0.0.1:"
                + postgres.port() + "/keys";
    }

    String ownerPassword() {
        return postgres.password().reveal();
    }

    Map<String, String> environment(String dataDirectory) {
        var environment = new HashMap<>(roles);
        environment.put("SHEARLINE_LISTEN", "127.0.0.1:0");
        environment.put("SHEARLINE_MANAGEMENT_LISTEN", "127.0.0.1:0");
        environment.put(
                "SHEARLINE_SECRET_KEYS_FILE", place.resolve("instance.keys").toString());
        environment.put("SHEARLINE_DATA_DIR", place.resolve(dataDirectory).toString());
        return environment;
    }

    ServeProcess ready(ServeProcess node) {
        eventually("it is ready", () -> get(node.management(), "/readyz").statusCode() == 200);
        return node;
    }

    /** The secret of a new key of the organization {@code ext:acme}, which is made when it is not there. */
    String issue(ServeProcess node) {
        assertThat(send("PUT", node.api(), "/v1/organizations/ext:acme", "{\"name\":\"Acme\"}")
                        .statusCode())
                .isIn(200, 201);
        var answer = send(
                "POST",
                node.api(),
                "/v1/keys",
                "{\"type\":\"team\",\"name\":\"test\",\"organization\":\"ext:acme\",\"scopes\":[\"resources:read\"]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("secret").asString();
    }

    /** What the answer says of the other nodes. */
    JsonNode revoke(ServeProcess node, String key) {
        var answer = send("POST", node.api(), "/v1/keys/key_" + key.substring(12, 24) + "/revoke", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("propagation");
    }

    String verdict(ServeProcess node, String key) {
        return asked(node, key).join();
    }

    /** The code of the verdict, or of the problem, once it is there. */
    CompletableFuture<String> asked(ServeProcess node, String key) {
        var request = request("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + key + "\"}");
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(answer -> json(answer).path("code").asString());
    }

    HttpResponse<String> get(URI base, String path) {
        return send("GET", base, path, "");
    }

    HttpResponse<String> send(String method, URI base, String path, String body) {
        return send(request(method, base, path, body));
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest request(String method, URI base, String path, String body) {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + operator.reveal())
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return request.build();
    }

    static JsonNode json(HttpResponse<String> answer) {
        return ApiClient.JSON.readTree(answer.body());
    }

    /** The first value of the first row, as the superuser; empty when there is none. */
    String sql(String database, String statement) {
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

    static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        postgres.close();
        DevProcess.delete(place);
    }
}
