package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Holding;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL goes away at the worst moments. */
@Tag("storage")
class DatabaseFailuresTest {

    @Test
    void a_connection_lost_during_commit_is_an_unknown_outcome_and_not_a_lie() {
        try (var cluster = Cluster.start(1)) {
            var acme = cluster.organization("acme");
            cluster.schema().execute("""
                            CREATE FUNCTION shearline.die() RETURNS trigger LANGUAGE plpgsql AS
                            $$ BEGIN IF NEW.name = 'dies' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$
                            """);
            cluster.schema().execute("""
                            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON api_key DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION shearline.die()
                            """);
            var answer = cluster.api().post("/v1/keys", newKey(acme, "dies")).expect(503);
            assertThat(answer.code()).isEqualTo("outcome_unknown");
            assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
            assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE name = 'dies'"))
                    .isEqualTo("0");
            cluster.api().post("/v1/keys", newKey(acme, "lives")).expect(201);
        }
    }

    @Test
    void a_change_whose_commit_was_carried_out_and_not_heard_of_is_there_is_numbered_and_works() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var cluster = Cluster.start(1);
                var cutOff = cluster.joinThrough(wire)) {
            var acme = cluster.organization("acme");
            Eventually.isTrue("it serves", cutOff::isReady);
            var api = new Api(Cluster.uri(cutOff), cluster.operator());
            wire.loseCommitOf("INSERT INTO api_key ");
            var header = "the-same-request-again-and-again";
            var answer =
                    api.postOnce("/v1/keys", header, newKey(acme, "unheard")).expect(503);
            assertThat(answer.code()).isEqualTo("outcome_unknown");
            Eventually.isTrue(
                    "a poll of the other node has numbered it",
                    () -> cluster.schema()
                            .query("SELECT count(epoch) FROM feed_entry JOIN api_key ON target = api_key.id"
                                    + " WHERE kind = 'key.created' AND name = 'unheard'")
                            .equals("1"));
            var again = cluster.api()
                    .postOnce("/v1/keys", header, newKey(acme, "unheard"))
                    .expect(201);
            assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE name = 'unheard'"))
                    .isEqualTo("1");
            assertThat(cluster.api().verify(again.at("secret"))).isEqualTo("allowed");
            wire.join();
            Eventually.isTrue(
                    "it works on the node that was cut off",
                    () -> api.post("/v1/keys/verify", Map.of("key", again.at("secret")))
                            .code()
                            .equals("allowed"));
        }
    }

    /** What fails is counted outside of the transaction, which is rolled back. */
    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void a_serialization_failure_or_a_deadlock_is_tried_again_and_not_for_ever(String state) {
        try (var cluster = Cluster.start(1)) {
            var acme = cluster.organization("acme");
            var schema = cluster.schema();
            schema.execute("CREATE SEQUENCE shearline.tries");
            schema.execute("GRANT USAGE ON SEQUENCE shearline.tries TO shearline_app");
            schema.execute("""
                    CREATE FUNCTION shearline.conflict() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF NEW.name IN ('twice', 'always') AND (nextval('shearline.tries') <= 2 OR NEW.name = 'always') THEN
                            RAISE EXCEPTION 'injected' USING ERRCODE = '%s';
                        END IF;
                        RETURN NEW;
                    END $$
                    """.formatted(state));
            schema.execute("CREATE TRIGGER conflict AFTER INSERT ON api_key FOR EACH ROW EXECUTE FUNCTION"
                    + " shearline.conflict()");
            var key = cluster.api().post("/v1/keys", newKey(acme, "twice")).expect(201);
            assertThat(cluster.audit(key.at("id"))).isEqualTo("key.created");
            assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("allowed");
            assertThat(schema.query("SELECT last_value FROM shearline.tries")).isEqualTo("3");

            var before = schema.query("SELECT (SELECT count(*) FROM audit_event) || ' ' || count(*) FROM feed_entry");
            var refused = cluster.api().post("/v1/keys", newKey(acme, "always")).expect(503);
            assertThat(refused.code()).isEqualTo("database_unavailable");
            assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
            assertThat(schema.query("SELECT last_value FROM shearline.tries")).isEqualTo("7");
            assertThat(schema.query("SELECT count(*) FROM api_key WHERE name = 'always'"))
                    .isEqualTo("0");
            assertThat(schema.query("SELECT (SELECT count(*) FROM audit_event) || ' ' || count(*) FROM feed_entry"))
                    .isEqualTo(before);
        }
    }

    @Test
    void a_node_starts_without_its_database_says_so_and_serves_once_it_is_there() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), false);
                var cluster = Cluster.start(1);
                var late = cluster.joinThrough(wire)) {
            var api = new Api(Cluster.uri(late), cluster.operator());
            var answer = api.post("/v1/keys/verify", Map.of("key", "x")).expect(503);
            assertThat(answer.code()).isEqualTo("unavailable");
            assertThat(api.get("/v1/organizations").status()).isEqualTo(503);
            assertThat(management(late).get("/readyz").status()).isEqualTo(503);
            assertThat(management(late).get("/livez").status()).isEqualTo(200);
            wire.join();
            Eventually.isTrue(
                    "it serves", () -> late.isReady() && api.verify("x").equals("not_found"));
            assertThat(management(late).get("/readyz").status()).isEqualTo(200);
        }
    }

    @Test
    void a_node_that_is_cut_off_stops_allowing_and_comes_back_knowing_what_was_revoked() {
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var cluster = Cluster.start(1, Map.of(Setting.FEED_MAX_STALENESS, "2s"));
                var cutOff = cluster.joinThrough(wire)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read");
            var api = new Api(Cluster.uri(cutOff), cluster.operator());
            Eventually.isTrue(
                    "it serves",
                    () -> cutOff.isReady() && api.verify(key.at("secret")).equals("allowed"));
            wire.cut();
            var revoked =
                    cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            assertThat(revoked.at("propagation/complete")).isEqualTo("false");
            assertThat(revoked.at("propagation/pending")).isEqualTo("1");
            assertThat(revoked.at("propagation/dead_by")).isNotEmpty();
            Eventually.isTrue(
                    "it is fenced",
                    () -> api.post("/v1/keys/verify", Map.of("key", key.at("secret")))
                                    .status()
                            == 503);
            Eventually.isTrue(
                    "and the others know",
                    () -> cluster.api()
                            .post("/v1/keys/" + key.at("id") + "/revoke")
                            .at("propagation/complete")
                            .equals("true"));
            wire.join();
            Eventually.isTrue("it serves again", cutOff::isReady);
            assertThat(api.verify(key.at("secret"))).isEqualTo("revoked");
        }
    }

    @Test
    void every_session_is_ended_in_mid_flight_and_nothing_that_was_answered_is_lost() throws Exception {
        try (var cluster = Cluster.start(2)) {
            var acme = cluster.organization("acme");
            var before = cluster.issue(acme, "sessions:read");
            try (var superuser = dev.shearline.server.testing.TestSchema.superuser();
                    var end = superuser.prepareStatement(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ?")) {
                end.setString(1, cluster.schema().owner().database());
                end.executeQuery();
            }
            Eventually.isTrue(
                    "changes are made again",
                    () -> cluster.api().post("/v1/keys", newKey(acme, "after")).status() == 201);
            for (int node = 0; node < 2; node++) {
                int asked = node;
                Eventually.isTrue(
                        "node " + node + " serves",
                        () -> cluster.api(asked)
                                .post("/v1/keys/verify", Map.of("key", before.at("secret")))
                                .code()
                                .equals("allowed"));
            }
        }
    }

    /** Whoever holds the organization blocks every create of it: they fill the pool, and wait no longer than they may. */
    @Test
    void a_pool_that_is_used_up_is_a_503_that_verification_does_not_notice_and_passes() throws Exception {
        try (var cluster = Cluster.start(1)) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read").at("secret");
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Api.Answer>> answers = new ArrayList<>();
                try (var _ = Holding.after(
                        cluster.schema(), "SELECT id FROM organization WHERE id = '" + acme + "' FOR UPDATE")) {
                    for (int i = 0; i < 30; i++) {
                        answers.add(threads.submit(() -> cluster.api().post("/v1/keys", newKey(acme, "blocked"))));
                    }
                    cluster.schema().awaitBlocked();
                    assertThat(verifiedUntilAnswered(cluster, key, answers)).isPositive();
                    for (var answer : answers) {
                        assertThat(answer.get().status()).isEqualTo(503);
                        assertThat(answer.get().code()).isIn("database_unavailable", "overloaded");
                        assertThat(answer.get().raw().headers().firstValue("Retry-After"))
                                .isPresent();
                    }
                }
            }
            assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE name = 'blocked'"))
                    .isEqualTo("0");
            cluster.api().post("/v1/keys", newKey(acme, "after")).expect(201);
        }
    }

    /** How many verifications began and ended while management requests were waiting: each is allowed, as ever. */
    private static int verifiedUntilAnswered(Cluster cluster, String key, List<Future<Api.Answer>> waiting) {
        int verified = 0;
        while (!waiting.stream().allMatch(Future::isDone)) {
            assertThat(cluster.api().verify(key)).isEqualTo("allowed");
            verified++;
        }
        // the last one may have outlasted them
        return verified - 1;
    }

    @Test
    void a_statement_that_takes_too_long_is_ended_and_leaves_nothing_and_nobody_waits_for_it() throws Exception {
        try (var cluster = Cluster.start(1);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var acme = cluster.organization("acme");
            var key = cluster.issue(acme, "sessions:read").at("secret");
            cluster.schema().execute("""
                            CREATE FUNCTION shearline.doze() RETURNS trigger LANGUAGE plpgsql AS
                            $$ BEGIN IF NEW.name = 'slow' THEN PERFORM pg_advisory_xact_lock(4), pg_sleep(300); END IF; RETURN NEW; END $$
                            """);
            cluster.schema()
                    .execute(
                            "CREATE TRIGGER doze AFTER INSERT ON api_key FOR EACH ROW EXECUTE FUNCTION shearline.doze()");
            var slow = threads.submit(() -> cluster.api().post("/v1/keys", newKey(acme, "slow")));
            Eventually.isTrue(
                    "it takes its time",
                    () -> cluster.schema()
                            .query(
                                    "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database"
                                            + " WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = 4 AND d.datname = current_database()")
                            .equals("1"));
            cluster.api().get("/v1/keys?organization=" + acme).expect(200);
            assertThat(verifiedUntilAnswered(cluster, key, List.of(slow))).isPositive();
            var answer = slow.get().expect(503);
            assertThat(answer.code()).isEqualTo("database_unavailable");
            assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE name = 'slow'"))
                    .isEqualTo("0");
            cluster.api().post("/v1/keys", newKey(acme, "quick")).expect(201);
        }
    }

    private static Map<String, ?> newKey(String organization, String name) {
        return Map.of("type", "team", "name", name, "organization", organization, "scopes", List.of("sessions:read"));
    }

    private static Api management(Server node) {
        return new Api(
                java.net.URI.create("http://127.0.0.1:" + node.managementPort()), dev.shearline.token.Secret.of(""));
    }
}
