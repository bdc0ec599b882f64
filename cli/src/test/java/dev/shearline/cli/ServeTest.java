package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Nodes as an operator runs them: processes of their own, on a PostgreSQL that was there before and was prepared by {@code migrate}. */
class ServeTest {
    private static final String CANARY = "canary" + "Tb5Nw8Zs";

    private static final Duration REFUSED_WITHIN = Duration.ofSeconds(1);
    private static final int TRIES = 20;
    private static final int QUESTIONS = 20;

    private static ServeRig rig;

    @BeforeAll
    static void prepare() throws Exception {
        rig = new ServeRig();
    }

    @AfterAll
    static void tidyUp() throws IOException {
        rig.close();
    }

    @Test
    void nodes_configured_in_three_ways_are_one_service_and_leave_it_in_order_or_not() throws Exception {
        try (var byFile = startByFile();
                var byMountedFiles = startByMountedFiles();
                var byEnvironment = startByEnvironment()) {
            var nodes = List.of(byFile, byMountedFiles, byEnvironment);
            nodes.forEach(rig::ready);
            assertThat(rig.sql("keys", "SELECT string_agg(address, ' ' ORDER BY address) FROM shearline.node"))
                    .isEqualTo(String.join(
                            " ",
                            nodes.stream().map(ServeProcess::address).sorted().toList()));
            for (var from : nodes) {
                var key = rig.issue(from);
                assertThat(nodes)
                        .allSatisfy(node -> assertThat(rig.verdict(node, key)).isEqualTo("allowed"));
                var propagation = rig.revoke(from, key);
                assertThat(propagation.path("nodes").asInt()).isEqualTo(3);
                assertThat(propagation.path("complete").asBoolean()).isTrue();
                assertThat(nodes)
                        .allSatisfy(node -> assertThat(rig.verdict(node, key)).isEqualTo("revoked"));
            }
            assertThat(refusal(byFile, nodes)).isLessThanOrEqualTo(REFUSED_WITHIN);
            var canaries = pushCanaries(byFile);
            leaveInOrder(byMountedFiles, byFile);
            leaveWithoutAWord(byEnvironment, byFile);
            assertThat(byFile.stop("TERM")).isZero();
            assertThatLogsAreFit(List.of(byFile, byMountedFiles, byEnvironment), canaries);
            assertThat(CanaryInstance.filesWith(rig.place(), canaries, _ -> true))
                    .isEmpty();
            // the search itself works: what is public is found
            assertThat(CanaryInstance.filesWith(
                            rig.place(), List.of(canaries.getFirst().substring(0, 16)), _ -> true))
                    .isNotEmpty();
        }
    }

    @Test
    void
            nodes_that_only_poll_refuse_within_a_second_and_one_that_was_stopped_allows_nothing_that_was_revoked_meanwhile()
                    throws Exception {
        try (var staying = startPolling("staying");
                var stopped = startPolling("stopped")) {
            var nodes = List.of(rig.ready(staying), rig.ready(stopped));
            assertThat(refusal(staying, nodes)).isLessThanOrEqualTo(REFUSED_WITHIN);

            var key = rig.issue(staying);
            ServeRig.eventually("it is allowed", () -> rig.verdict(stopped, key).equals("allowed"));
            stopped.signal("STOP");
            // they lie with a process that may not look at its clocks
            var answers = IntStream.range(0, QUESTIONS)
                    .mapToObj(_ -> rig.asked(stopped, key))
                    .toList();
            ServeRig.eventually(
                    "its lease has lapsed",
                    () -> rig.revoke(staying, key).path("complete").asBoolean());
            stopped.signal("CONT");
            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isIn("unavailable", "revoked"));
            ServeRig.eventually("it comes back", () -> {
                var code = rig.verdict(stopped, key);
                assertThat(code).isIn("unavailable", "revoked");
                return code.equals("revoked");
            });
        }
    }

    /** From when a revocation is sent until all nodes refuse: the best of some, for a busy machine may be late. */
    private static Duration refusal(ServeProcess from, List<ServeProcess> nodes) {
        var best = ServeRig.LIMIT;
        for (int i = 0; i < TRIES && best.compareTo(REFUSED_WITHIN) > 0; i++) {
            var key = rig.issue(from);
            for (var node : nodes) {
                ServeRig.eventually(
                        "it is allowed", () -> rig.verdict(node, key).equals("allowed"));
            }
            long sent = System.nanoTime();
            rig.revoke(from, key);
            for (var node : nodes) {
                ServeRig.eventually(
                        "it is refused", () -> rig.verdict(node, key).equals("revoked"));
            }
            best = Collections.min(List.of(best, Duration.ofNanos(System.nanoTime() - sent)));
        }
        return best;
    }

    private static void leaveInOrder(ServeProcess leaving, ServeProcess staying) {
        var key = rig.issue(staying);
        assertThat(stop(leaving, "TERM")).isZero();
        assertThat(rig.sql("keys", "SELECT count(*) FROM shearline.node WHERE address = '" + leaving.address() + "'"))
                .isEqualTo("0");
        var propagation = rig.revoke(staying, key);
        assertThat(propagation.path("nodes").asInt()).isEqualTo(2);
        assertThat(propagation.path("complete").asBoolean()).isTrue();
    }

    /** Nobody can know whether a node that was killed still answers, until its lease has lapsed. */
    private static void leaveWithoutAWord(ServeProcess killed, ServeProcess staying) {
        var key = rig.issue(staying);
        assertThat(stop(killed, "KILL")).isEqualTo(137);
        var propagation = rig.revoke(staying, key);
        int pending = propagation.path("pending").asInt();
        assertThat(propagation.path("acknowledged").asInt()).isEqualTo(1);
        assertThat(pending + propagation.path("fenced").asInt()).isEqualTo(1);
        assertThat(propagation.path("complete").asBoolean()).isEqualTo(pending == 0);
        assertThat(propagation.path("dead_by").asString()).isNotEmpty();
        ServeRig.eventually(
                "the lease has lapsed",
                () -> rig.revoke(staying, key).path("complete").asBoolean());
        assertThat(rig.revoke(staying, key).path("acknowledged").asInt()).isEqualTo(1);
    }

    /** Two that nobody may find anywhere: a key, and what has no shape of ours. */
    private static List<String> pushCanaries(ServeProcess node) {
        var key = rig.issue(node);
        rig.get(node.api(), "/v1/keys?q=" + CANARY + "&" + CANARY + "=1");
        rig.get(node.api(), "/" + CANARY);
        rig.send("POST", node.api(), "/v1/keys", "{\"" + CANARY + "\":\"" + CANARY + "\"}");
        rig.send("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + CANARY + "\"");
        rig.send("POST", node.api(), "/v1/keys/verify", "{\"key\":\"" + CANARY + "\"}");
        var canaries = List.of(key, CANARY);
        for (var canary : canaries) {
            var request = HttpRequest.newBuilder(node.api().resolve("/v1/keys")).timeout(ServeRig.LIMIT);
            rig.send(request.header("Authorization", "Bearer " + canary).build());
            CanaryTest.eachHeaderOnEachRoute(canary, (method, path, body, header, value) -> {
                var asked = HttpRequest.newBuilder(node.api().resolve(path))
                        .timeout(ServeRig.LIMIT)
                        .header("Authorization", "Bearer " + rig.operator().reveal())
                        .header("Content-Type", "application/json")
                        .header(header, value)
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
                rig.send(asked.build());
            });
        }
        for (var path : List.of("/metrics", "/readyz")) {
            assertThat(rig.get(node.management(), path).body()).doesNotContain(canaries);
        }
        return canaries;
    }

    /** The first was asked to log all, the second by default, the third failures. */
    private static void assertThatLogsAreFit(List<ServeProcess> nodes, List<String> canaries)
            throws InterruptedException {
        var logs = new ArrayList<List<JsonNode>>();
        for (var node : nodes) {
            var lines = node.lastWords();
            assertThat(lines)
                    .noneMatch(line -> line.contains(rig.operator().reveal())
                            || canaries.stream().anyMatch(line::contains));
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
        rig.sql("postgres", "CREATE DATABASE fresh");
        var migrated = new Session(rig.place())
                .run("migrate", "--owner-url", rig.ownerUrl().replaceFirst("/keys$", "/fresh"));
        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        var environment = rig.environment("fresh");
        environment.replaceAll((name, value) -> value.replaceFirst("/keys$", "/fresh"));
        try (var first = ServeProcess.start(rig.place(), environment)) {
            assertThat(first.nextLine())
                    .startsWith("There is no operator key yet. Make the first one: shearline bootstrap");
            assertThat(rig.sql("fresh", "SELECT count(*) FROM shearline.organization WHERE state <> 'instance'"))
                    .as("it loads no demo")
                    .isEqualTo("0");
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
        assertThat(refusedWith("SHEARLINE_DATABASE_URL", rig.ownerUrl()))
                .contains("SHEARLINE_DATABASE_URL: ")
                .contains("is a superuser")
                .contains("Run shearline migrate --owner-url")
                .doesNotContain(rig.ownerPassword());
    }

    /** What a node says that does not start with this setting. */
    private static String refusedWith(String name, String value) throws Exception {
        var environment = rig.environment("refused");
        environment.put(name, value);
        var refused = ServeProcess.refusal(rig.place(), environment);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        return refused.said();
    }

    private static ServeProcess startByFile() throws IOException {
        var file = Files.writeString(rig.place().resolve("node.conf"), """
                # a node
                listen = 127.0.0.1:0
                management-listen = 127.0.0.1:0
                database-url = %s
                node-database-url = %s
                secret-keys-file = %s
                data-dir = %s
                log.requests = all
                """.formatted(
                        rig.url("SHEARLINE_DATABASE_URL"),
                        rig.url("SHEARLINE_NODE_DATABASE_URL"),
                        rig.place().resolve("instance.keys"),
                        rig.place().resolve("by-file")));
        return ServeProcess.start(rig.place(), Map.of(), "--config", file.toString());
    }

    /** As containers get their secrets. */
    private static ServeProcess startByMountedFiles() throws IOException {
        var mounted = Files.createDirectories(rig.place().resolve("mounted"));
        var environment = new HashMap<String, String>();
        for (var variable : rig.environment("by-mounted-files").entrySet()) {
            var file = Files.writeString(mounted.resolve(variable.getKey()), variable.getValue() + "\n");
            environment.put(variable.getKey() + "_FILE", file.toString());
        }
        return ServeProcess.start(rig.place(), environment);
    }

    private static ServeProcess startByEnvironment() throws IOException {
        var environment = rig.environment("by-environment");
        environment.put("SHEARLINE_LOG_REQUESTS", "failures");
        return ServeProcess.start(rig.place(), environment);
    }

    private static ServeProcess startPolling(String dataDirectory) throws IOException {
        var environment = rig.environment(dataDirectory);
        environment.put("SHEARLINE_FEED_WAKE_UP", "off");
        environment.put("SHEARLINE_FEED_MAX_STALENESS", "3s");
        return ServeProcess.start(rig.place(), environment);
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
}
