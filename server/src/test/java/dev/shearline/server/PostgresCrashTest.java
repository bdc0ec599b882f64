package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TemporaryDirectory;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PostgreSQL is killed while it works, and started again. */
@Tag("storage")
class PostgresCrashTest {

    private static final int WRITERS = 4;
    private static final int BEFORE = 40;
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private TemporaryDirectory directory;

    @BeforeEach
    void layOut() throws IOException {
        directory = TemporaryDirectory.make("shearline-crash-");
        Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwx--x--x"));
    }

    @AfterEach
    void tidyUp() {
        directory.close();
    }

    /** What the writers were told is done. */
    private record Acknowledged(Set<String> made, Map<String, String> revoked) {
        Acknowledged() {
            this(ConcurrentHashMap.newKeySet(), new ConcurrentHashMap<>());
        }
    }

    @Test
    void killed_in_mid_load_it_loses_nothing_that_was_acknowledged_and_the_nodes_come_back() throws Exception {
        var place = directory.path().resolve("postgres");
        var done = new Acknowledged();
        var stop = new AtomicBoolean();
        var first = EmbeddedPostgres.start(TestPostgres.config(place));
        try (var wire = Wire.to(first.port(), true);
                var cluster = Cluster.startOn(TestSchema.createOn(first).through(wire), 2);
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                // before the threads are waited for, whatever happens
                AutoCloseable _ = () -> stop.set(true)) {
            var acme = cluster.organization("acme");
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int node = i % 2;
                writers.add(threads.submit(() -> write(cluster, node, acme, done, stop)));
            }
            Eventually.isTrue("under load", () -> done.revoked().size() >= BEFORE);
            kill(first);
            first.close();
            try (var second = EmbeddedPostgres.start(TestPostgres.config(place))) {
                wire.leadTo(second.port());
                int before = done.made().size();
                Eventually.isTrue(
                        "a key is made again", RECOVERY, () -> done.made().size() > before);
                Eventually.isTrue("keys are made again", () -> done.made().size() > before + BEFORE);
                stop.set(true);
                for (var writer : writers) {
                    writer.get();
                }
                requireAll(cluster, done);
            }
        }
    }

    /** Makes keys and revokes every second; whatever is not answered with success may have happened or not. */
    private static void write(Cluster cluster, int node, String acme, Acknowledged done, AtomicBoolean stop) {
        var wanted = Map.of("type", "team", "name", "crash", "organization", acme, "scopes", List.of("sessions:read"));
        for (int i = 0; !stop.get(); i++) {
            var made = cluster.api(node).post("/v1/keys", wanted);
            if (made.status() != 201) {
                assertThat(made.status()).as(made.raw().body()).isEqualTo(503);
                continue;
            }
            done.made().add(made.at("id"));
            if (i % 2 == 0) {
                var revoked = cluster.api(node).post("/v1/keys/" + made.at("id") + "/revoke");
                assertThat(revoked.status()).as(revoked.raw().body()).isIn(200, 503);
                if (revoked.status() == 200) {
                    done.revoked().put(made.at("id"), made.at("secret"));
                }
            }
        }
    }

    private static void kill(EmbeddedPostgres postgres) throws InterruptedException {
        var master = ProcessHandle.of(postgres.pid()).orElseThrow();
        assertThat(master.destroyForcibly()).isTrue();
        Eventually.isTrue("it is gone", () -> !master.isAlive());
    }

    private static void requireAll(Cluster cluster, Acknowledged done) {
        var schema = cluster.schema();
        for (var id : done.made()) {
            assertThat(schema.query("SELECT count(*) FROM api_key WHERE id = ?", id))
                    .as(id)
                    .isEqualTo("1");
            assertThat(schema.query("SELECT count(*) FROM audit_event WHERE target = ? AND action = 'key.created'", id))
                    .as(id)
                    .isEqualTo("1");
        }
        done.revoked().forEach((id, secret) -> {
            assertThat(schema.query("SELECT state FROM api_key WHERE id = ?", id))
                    .isEqualTo("revoked");
            for (int node = 0; node < 2; node++) {
                assertThat(cluster.api(node).verify(secret)).isEqualTo("revoked");
            }
        });
        Eventually.isTrue(
                "every entry has its number",
                () -> schema.query("SELECT count(*) FROM feed_entry WHERE epoch IS NULL")
                        .equals("0"));
    }
}
