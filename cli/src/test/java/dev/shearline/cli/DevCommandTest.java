package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.secrets.InstanceKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DevCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);

    private Path place;

    @BeforeEach
    void layOut() throws IOException {
        place = DevProcess.place();
    }

    @AfterEach
    void tidyUp() throws IOException {
        DevProcess.delete(place);
    }

    @Test
    void the_first_start_loads_the_demo_and_the_second_keeps_everything() throws Exception {
        String operatorKey;
        JsonNode keys;
        try (var dev = DevProcess.start(place, "--port", "0")) {
            operatorKey =
                    Files.readString(place.resolve(".shearline/operator.key")).strip();
            assertThat(mode(".shearline/operator.key")).isEqualTo("rw-------");
            assertThat(mode(".shearline/instance.keys")).isEqualTo("rw-------");
            // one of them lives for seconds
            keys = awaitKey("expired");
            assertThat(values(keys, "type")).contains("personal", "team", "ci", "ephemeral", "operator");
            assertThat(values(keys, "status"))
                    .contains(
                            "active",
                            "expiring",
                            "rotating",
                            "not_yet_valid",
                            "disabled",
                            "expired",
                            "revoked",
                            "used");
            assertThat(values(keys, "visibility")).contains("secret", "publishable");
            assertThat(String.join("\n", dev.said())).doesNotContain(operatorKey);
            var postgres = postgres();
            assertThat(postgres.isAlive()).isTrue();
            assertThat(dev.stop("INT")).isEqualTo(130);
            assertThat(postgres.onExit()).succeedsWithin(Duration.ofSeconds(30));
        }

        try (var dev = DevProcess.start(place, "--port", "0")) {
            assertThat(Files.readString(place.resolve(".shearline/operator.key"))
                            .strip())
                    .isEqualTo(operatorKey);
            assertThat(values(everyKey(), "id")).containsExactlyInAnyOrderElementsOf(values(keys, "id"));
            assertThat(dev.stop("TERM")).isZero();
        }
    }

    @Test
    void what_was_made_survives_a_process_that_is_killed() throws Exception {
        String made;
        try (var dev = DevProcess.start(place, "--port", "0", "--no-demo", "--data-dir", "data")) {
            assertThat(everyKey("data")).hasSize(1);
            made = session("data")
                    .run("keys", "create", "--type", "operator", "--name", "kept", "--scope", "keys:verify")
                    .out();
            assertThat(dev.stop("KILL")).isEqualTo(137);
        }

        try (var dev = DevProcess.start(place, "--port", "0", "--no-demo", "--data-dir", "data")) {
            assertThat(everyKey("data")).hasSize(2);
            var verdict = session("data").typing(made).run("keys", "verify", "--stdin");
            assertThat(verdict.exitCode()).as(verdict.err()).isZero();
            assertThat(dev.stop("TERM")).isZero();
        }
    }

    @Test
    void a_port_in_use_is_a_sentence() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral(DevInstance.HOST))) {
            var result = new Session(place).run("dev", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(result.exitCode()).isEqualTo(6);
            assertThat(result.err())
                    .contains("Port " + taken.getLocalPort() + " is in use")
                    .contains("--port");
            assertThat(place.resolve(".shearline")).doesNotExist();
        }
    }

    @Test
    void a_setting_that_dev_does_not_know_is_a_sentence_and_starts_nothing() {
        var result = new Session(place)
                .with("SHEARLINE_LISTENN", "x")
                .with("SHEARLINE_LOG_REQUESTS", "some")
                .run("dev", "--data-dir", "refused");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("Did you mean SHEARLINE_LISTEN?")
                .contains("SHEARLINE_LOG_REQUESTS")
                .doesNotContain("\tat ");
        assertThat(place.resolve("refused/postgres")).doesNotExist();
    }

    @Test
    void serve_says_that_its_port_is_taken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral(DevInstance.HOST))) {
            for (var setting : List.of("LISTEN", "MANAGEMENT_LISTEN")) {
                var result = serving()
                        .with("SHEARLINE_" + setting, "127.0.0.1:" + taken.getLocalPort())
                        .with("SHEARLINE_DATA_DIR", place.resolve("taken").toString())
                        .run("serve");

                assertThat(result.exitCode()).isEqualTo(6);
                assertThat(result.err())
                        .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                        .contains("SHEARLINE_" + setting)
                        .doesNotContain("\tat ");
            }
        }
    }

    /** A node without a database, which starts all the same. */
    private Session serving() throws IOException {
        var keys = place.resolve("instance.keys");
        if (!Files.exists(keys)) {
            InstanceKeys.create(keys, new SecureRandom());
        }
        var nowhere = "postgres://shearline_%s:x@127.0.0.1:1/none";
        return new Session(place)
                .with("SHEARLINE_LISTEN", "127.0.0.1:0")
                .with("SHEARLINE_MANAGEMENT_LISTEN", "127.0.0.1:0")
                .with("SHEARLINE_DATABASE_URL", nowhere.formatted("app"))
                .with("SHEARLINE_NODE_DATABASE_URL", nowhere.formatted("node"))
                .with("SHEARLINE_SECRET_KEYS_FILE", keys.toString());
    }

    @Test
    void serve_names_every_fault_of_its_configuration() {
        var result = new Session(place).with("SHEARLINE_LISTENN", "x").run("serve");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("SHEARLINE_LISTENN")
                .contains("Did you mean SHEARLINE_LISTEN?")
                .contains("SHEARLINE_DATABASE_URL");
    }

    @Test
    void serve_says_that_it_cannot_write_its_directory() throws IOException {
        var file = Files.writeString(place.resolve("file"), "");
        var result = serving().with("SHEARLINE_DATA_DIR", file.toString()).run("serve");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("cannot keep its id in " + file.resolve("nodes"))
                .contains("data-dir")
                .doesNotContain("\tat ");
    }

    private JsonNode awaitKey(String status) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var keys = everyKey();
        while (!values(keys, "status").contains(status)) {
            assertThat(System.nanoTime()).as("no key is " + status).isLessThan(deadline);
            LockSupport.parkNanos(LOOK.toNanos());
            keys = everyKey();
        }
        return keys;
    }

    private ProcessHandle postgres() throws IOException {
        var pid = Files.readAllLines(place.resolve(".shearline/postgres/cluster/postmaster.pid"))
                .getFirst();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private Session session(String data) {
        return new Session(place).with("SHEARLINE_DATA_DIR", data);
    }

    private JsonNode everyKey() {
        return everyKey(".shearline");
    }

    private JsonNode everyKey(String data) {
        var result = session(data)
                .run(
                        "keys",
                        "list",
                        "--all",
                        "-o",
                        "json",
                        "--status",
                        "active,expiring,rotating,not_yet_valid,disabled,expired,used,revoked");
        assertThat(result.exitCode()).as(result.err()).isZero();
        return ApiClient.JSON.readTree(result.out()).path("items");
    }

    private static List<String> values(JsonNode keys, String field) {
        return StreamSupport.stream(keys.spliterator(), false)
                .map(key -> key.path(field).asString())
                .toList();
    }

    private String mode(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(place.resolve(file)));
    }
}
