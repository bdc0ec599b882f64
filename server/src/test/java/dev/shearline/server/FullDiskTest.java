package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.SmallDisk;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.testing.Wire;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The disk of PostgreSQL has no room left, and then has some again. */
@Tag("storage")
class FullDiskTest {

    private static final String SIZE = "size=220m";
    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final int NODES = 2;
    private static final int REQUESTS_MAX = 5_000;
    private static final int MORE = 20;
    private static final String LOG_A_MEGABYTE = "SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))";

    /** The secrets of the keys that were answered with 201, by id. */
    private final Map<String, String> made = new HashMap<>();

    @Test
    void without_room_for_rows_changes_are_refused_whole_and_verification_goes_on_until_there_is_room()
            throws Exception {
        try (var disk = SmallDisk.mount(SIZE);
                var postgres =
                        EmbeddedPostgres.start(TestPostgres.config(disk.root().resolve("postgres")));
                var cluster = Cluster.startOn(TestSchema.createOn(postgres), NODES)) {
            var acme = cluster.organization("acme");
            var before = make(cluster, acme, "before").expect(201);
            // a new segment of the log, so that it is not the log that has no room
            asSuperuser(postgres, "SELECT pg_switch_wal()");
            // which is made by the first who writes into it
            asSuperuser(postgres, "SELECT pg_logical_emit_message(true, 'test', 'first')");
            disk.fill();
            requireRefused(makeUntilRefused(cluster, acme));
            for (int i = 0; i < MORE; i++) {
                var answer = make(cluster, acme, "more");
                if (answer.status() != 201) {
                    requireRefused(answer);
                }
                requireAllowed(cluster, before);
            }
            disk.free();
            Eventually.isTrue(
                    "changes are made again",
                    RECOVERY,
                    () -> make(cluster, acme, "after").status() == 201);
            requireExactlyWhatWasAnswered(cluster);
        }
    }

    @Test
    void without_room_for_its_log_postgresql_ends_and_nothing_that_was_answered_is_lost() {
        try (var disk = SmallDisk.mount(SIZE)) {
            var place = disk.root().resolve("postgres");
            var first = EmbeddedPostgres.start(TestPostgres.config(place));
            try (var wire = Wire.to(first.port(), true);
                    var cluster = Cluster.startOn(TestSchema.createOn(first).through(wire), NODES)) {
                var acme = cluster.organization("acme");
                disk.fill();
                makeUntilRefused(cluster, acme);
                logUntilItEnds(cluster.schema());
                // it may end under the commit of this one, which then is not known to have failed
                assertThat(make(cluster, acme, "none").code()).isIn("database_unavailable", "outcome_unknown");
                disk.free();
                first.close();
                // whoever watches over PostgreSQL starts it again; the nodes stay as they are
                try (var second = EmbeddedPostgres.start(TestPostgres.config(place))) {
                    wire.leadTo(second.port());
                    Eventually.isTrue(
                            "changes are made again",
                            RECOVERY,
                            () -> make(cluster, acme, "after").status() == 201);
                    requireExactlyWhatWasAnswered(cluster);
                }
            }
        }
    }

    private Api.Answer make(Cluster cluster, String organization, String name) {
        var answer = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "name",
                                name,
                                "organization",
                                organization,
                                "scopes",
                                List.of("sessions:read")));
        if (answer.status() == 201) {
            made.put(answer.at("id"), answer.at("secret"));
        }
        return answer;
    }

    private Api.Answer makeUntilRefused(Cluster cluster, String organization) {
        for (int i = 0; i < REQUESTS_MAX; i++) {
            var answer = make(cluster, organization, "until");
            if (answer.status() != 201) {
                return answer;
            }
        }
        throw new AssertionError("the disk is not full");
    }

    private static void requireRefused(Api.Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("database_unavailable");
        assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
    }

    private static void requireAllowed(Cluster cluster, Api.Answer key) {
        for (int node = 0; node < NODES; node++) {
            assertThat(cluster.api(node).verify(key.at("secret"))).isEqualTo("allowed");
        }
    }

    /** A refusal has changed nothing: there is no key that nobody was told of, and none of the others is missing. */
    private void requireExactlyWhatWasAnswered(Cluster cluster) {
        assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE type <> 'operator'"))
                .isEqualTo(Integer.toString(made.size()));
        assertThat(cluster.schema()
                        .query(
                                "SELECT count(*) FROM audit_event WHERE action = 'key.created' AND target = ANY(?)",
                                (Object) made.keySet().toArray(new String[0])))
                .isEqualTo(Integer.toString(made.size()));
        Eventually.isTrue(
                "every entry has its number",
                () -> cluster.schema()
                        .query("SELECT count(*) FROM feed_entry WHERE epoch IS NULL")
                        .equals("0"));
        made.forEach((id, secret) -> {
            for (int node = 0; node < NODES; node++) {
                int asked = node;
                Eventually.isTrue(
                        id + " is known",
                        () -> cluster.api(asked)
                                .post("/v1/keys/verify", Map.of("key", secret))
                                .code()
                                .equals("allowed"));
            }
        });
    }

    private static void asSuperuser(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        postgres.jdbcUrl(),
                        postgres.superuser(),
                        postgres.password().reveal());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void logUntilItEnds(TestSchema schema) {
        for (int i = 0; i < REQUESTS_MAX; i++) {
            try {
                schema.execute(LOG_A_MEGABYTE);
            } catch (IllegalStateException e) {
                return;
            }
        }
        throw new AssertionError("the disk is not full");
    }
}
