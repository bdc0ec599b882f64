package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A service that a test tells its secrets, and everything that it says and leaves behind. */
final class CanaryInstance implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int CUT_OFF_MS = 2_000;
    private static final Map<String, String> FIXTURES = Map.of(
            "/v1/departments/ext:eng", "{\"organization\":\"ext:acme\",\"name\":\"Engineering\"}",
            "/v1/teams/ext:web", "{\"organization\":\"ext:acme\",\"name\":\"Web\"}",
            "/v1/users/ext:4711", "{\"name\":\"Ada\"}");

    private static final String TABLES = """
            SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = 'shearline' AND c.relkind IN ('r', 'p')
            """;

    private final Path place;
    private final DevProcess dev;
    private final HttpClient client;
    private final URI base;
    private final String operator;

    private CanaryInstance(Path place, DevProcess dev) throws IOException, InterruptedException {
        this.place = place;
        this.dev = dev;
        client = HttpClient.newBuilder().connectTimeout(LIMIT).build();
        base = URI.create(dev.url());
        var first = Files.readString(place.resolve("data/operator.key")).strip();
        operator = created(first, "{\"type\":\"operator\",\"name\":\"canary\",\"scopes\":[\"*\"]}");
        put("/v1/organizations/ext:acme", "{\"name\":\"Acme\"}");
        for (var fixture : FIXTURES.entrySet()) {
            put(fixture.getKey(), fixture.getValue());
        }
        assertThat(send("POST", "/v1/scopes", "{\"name\":\"reports:export\",\"title\":\"Export\"}", operator)
                        .statusCode())
                .isEqualTo(201);
    }

    /** One that logs every request, with an organization, a department, a team, a user and a scope, under the names of the document's examples. */
    static CanaryInstance start() throws IOException, InterruptedException {
        var place = DevProcess.place();
        var dev = DevProcess.start(
                place, Map.of("SHEARLINE_LOG_REQUESTS", "all"), "--port", "0", "--no-demo", "--data-dir", "data");
        try {
            return new CanaryInstance(place, dev);
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            dev.close();
            throw e;
        }
    }

    String operator() {
        return operator;
    }

    JsonNode document() throws IOException, InterruptedException {
        return ApiClient.JSON.readTree(
                send("GET", "/openapi.json", "", operator).body());
    }

    /** The id of what there is on this path. */
    static String idOn(String path) {
        return switch ((path + "//").split("/", -1)[2]) {
            case "organizations" -> "ext:acme";
            case "departments" -> "ext:eng";
            case "teams" -> "ext:web";
            case "users" -> "ext:4711";
            case "scopes" -> "reports:export";
            default -> "none";
        };
    }

    /** What a reference within the document leads to. */
    static JsonNode resolved(JsonNode document, JsonNode node) {
        var reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }

    private void put(String path, String body) throws IOException, InterruptedException {
        assertThat(send("PUT", path, body, operator).statusCode()).isEqualTo(201);
    }

    /** The secret of a new key. */
    String created(String credential, String body) throws IOException, InterruptedException {
        var answer = send("POST", "/v1/keys", body, credential);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return ApiClient.JSON.readTree(answer.body()).path("secret").asString();
    }

    HttpResponse<String> send(String method, String path, String body, String credential)
            throws IOException, InterruptedException {
        return send(method, path, body, credential, Map.of());
    }

    HttpResponse<String> send(String method, String path, String body, String credential, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(LIMIT)
                .header("Authorization", "Bearer " + credential)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        if (path.equals("/v1/changes") || path.startsWith("/v1/changes?")) {
            // a stream: its head is enough
            try (var _ = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                    .body()) {
                return client.send(
                        HttpRequest.newBuilder(base.resolve("/openapi.json")).build(),
                        HttpResponse.BodyHandlers.ofString());
            }
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Bytes that are no request, or a strange one; whatever comes back. */
    void raw(String bytes) throws IOException {
        try (var socket = begun(bytes)) {
            socket.setSoTimeout(CUT_OFF_MS);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException | java.net.SocketTimeoutException e) {
            // it was cut off
        }
    }

    /** A request that is under way. */
    Socket begun(String bytes) throws IOException {
        var socket = new Socket(base.getHost(), base.getPort());
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    String managed(String path) throws IOException, InterruptedException {
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

    /** The path of the link that it has printed. */
    String oneTimeLink() {
        return dev.said().stream()
                .filter(line -> line.contains("/welcome/"))
                .map(line -> line.strip().substring(base.toString().length()))
                .findFirst()
                .orElseThrow();
    }

    /** Something of ours in the database, past every policy. */
    void execute(String sql) throws SQLException, IOException {
        try (var connection = superuser();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The columns, {@code table.column}, in whose rows one of these texts is. */
    Set<String> columnsWith(List<String> texts) throws SQLException, IOException {
        var found = new TreeSet<String>();
        try (var connection = superuser()) {
            for (var table : strings(connection, TABLES)) {
                try (var statement = connection.createStatement();
                        var rows = statement.executeQuery("SELECT field.key, field.value FROM shearline." + table
                                + " AS t, jsonb_each_text(to_jsonb(t)) AS field WHERE field.value IS NOT NULL")) {
                    while (rows.next()) {
                        var value = decoded(rows.getString(2));
                        if (texts.stream().anyMatch(value::contains)) {
                            found.add(table + "." + rows.getString(1));
                        }
                    }
                }
            }
        }
        return found;
    }

    /** Bytes are shown in hexadecimal digits, which would hide what they say. */
    private static String decoded(String value) {
        return value.startsWith("\\x")
                ? new String(HexFormat.of().parseHex(value.substring(2)), StandardCharsets.ISO_8859_1)
                : value;
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        var strings = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
        }
        return strings;
    }

    private Connection superuser() throws SQLException, IOException {
        var port = postmaster().get(3);
        var password = Files.readString(place.resolve("data/postgres/superuser-password"))
                .strip();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/shearline", "postgres", password);
    }

    private List<String> postmaster() throws IOException {
        return Files.readAllLines(place.resolve("data/postgres/cluster/postmaster.pid"));
    }

    /** The postmaster itself, at once, as its own crash would. */
    void endPostgres() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-KILL", postmaster().getFirst())
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Kills it and returns everything that it has said. */
    List<String> kill() throws IOException, InterruptedException {
        assertThat(dev.stop("KILL")).isEqualTo(137);
        return dev.lastWords();
    }

    Map<String, String> filesWith(List<String> texts, Predicate<Path> which) throws IOException {
        return filesWith(place, texts, which);
    }

    /** Files of these, temporary ones too, that hold one of the texts. */
    static Map<String, String> filesWith(Path place, List<String> texts, Predicate<Path> which) throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.walk(place)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (!which.test(place.relativize(file))) {
                    continue;
                }
                var content = content(file);
                texts.stream()
                        .filter(content::contains)
                        .forEach(text -> found.put(place.relativize(file).toString(), text.substring(0, 4)));
            }
        }
        return found;
    }

    /** PostgreSQL removes files while they are looked for: one that is gone holds nothing. */
    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException gone) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        dev.close();
        DevProcess.delete(place);
    }
}
