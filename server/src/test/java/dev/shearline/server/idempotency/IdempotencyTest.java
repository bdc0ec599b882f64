package dev.shearline.server.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.HeldEncryption;
import dev.shearline.server.secrets.Purpose;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.DatabaseState;
import dev.shearline.server.testing.Gate;
import dev.shearline.server.testing.Holding;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A request that returns a secret can be repeated, and makes one key. */
@Tag("storage")
class IdempotencyTest {

    private static Cluster cluster;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String header() {
        return UUID.randomUUID().toString();
    }

    private static Map<String, Object> wanted(String name) {
        return Map.of("type", "team", "name", name, "organization", acme, "scopes", List.of("keys:read"));
    }

    private static String count(String name) {
        return cluster.schema().query("SELECT count(*) FROM api_key WHERE name = ?", name);
    }

    private static boolean isReplay(Api.Answer answer) {
        return answer.raw().headers().firstValue("Idempotency-Replayed").equals(java.util.Optional.of("true"));
    }

    @Test
    void an_answer_that_was_lost_is_given_again_by_any_node() {
        var header = header();
        var first = cluster.api(0).postOnce("/v1/keys", header, wanted("lost")).expect(201);
        var again = cluster.api(1).postOnce("/v1/keys", header, wanted("lost")).expect(201);

        assertThat(isReplay(first)).isFalse();
        assertThat(isReplay(again)).isTrue();
        assertThat(again.at("secret")).isNotEmpty().isEqualTo(first.at("secret"));
        assertThat(again.at("id")).isEqualTo(first.at("id"));
        assertThat(Long.parseLong(again.at("epoch"))).isGreaterThanOrEqualTo(Long.parseLong(first.at("epoch")));
        assertThat(again.at("propagation/complete")).isEqualTo("true");
        assertThat(count("lost")).isEqualTo("1");
        assertThat(again.json().propertyNames())
                .containsExactlyInAnyOrderElementsOf(first.json().propertyNames());
    }

    @Test
    void a_rotation_that_was_lost_is_given_again() {
        var old = cluster.issue(acme, "keys:read").at("id");
        var header = header();
        var path = "/v1/keys/" + old + "/rotate";
        var first = cluster.api(0).postOnce(path, header, Map.of("grace", "1h")).expect(201);
        var again = cluster.api(1).postOnce(path, header, Map.of("grace", "1h")).expect(201);

        assertThat(isReplay(again)).isTrue();
        assertThat(again.at("secret")).isEqualTo(first.at("secret"));
        assertThat(cluster.api()
                        .postOnce(path, header(), Map.of("grace", "1h"))
                        .expect(409)
                        .code())
                .isEqualTo("invalid_state");
    }

    @Test
    void of_concurrent_duplicates_of_a_rotation_one_makes_the_key_and_another_body_makes_none() throws Exception {
        var old = cluster.issue(acme, "keys:read").at("id");
        var header = header();
        var path = "/v1/keys/" + old + "/rotate";
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var gate = Gate.shut(cluster.schema(), "api_key", "NEW.rotated_from = '" + old + "'")) {
            Callable<Api.Answer> here = () -> cluster.api(0).postOnce(path, header, Map.of("grace", "1h"));
            Callable<Api.Answer> there = () -> cluster.api(1).postOnce(path, header, Map.of("grace", "1h"));
            Callable<Api.Answer> other = () -> cluster.api(1).postOnce(path, header, Map.of("grace", "2h"));
            var first = threads.submit(here);
            gate.awaitSomebody();
            var duplicates = List.of(threads.submit(there), threads.submit(here));
            var another = threads.submit(other);
            gate.open();
            for (var duplicate : duplicates) {
                assertThat(isReplay(duplicate.get().expect(201))).isTrue();
                assertThat(duplicate.get().at("secret")).isEqualTo(first.get().at("secret"));
            }
            assertThat(another.get().expect(422).code()).isEqualTo("idempotency_key_reused");
        }
        assertThat(cluster.schema().query("SELECT count(*) FROM api_key WHERE rotated_from = ?", old))
                .isEqualTo("1");
    }

    /** Five seconds, and then the caller is told to come again, not to make another key. */
    @Test
    void a_duplicate_that_has_waited_long_enough_is_told_to_repeat_itself() {
        var header = header();
        var hash = new Repeatable(new Actor.Job("test"), Secret.of(header), Secret.of("any"), "", new byte[0]).hash();
        var digits = "'\\x" + HexFormat.of().formatHex(hash) + "'";
        var claim = "INSERT INTO idempotent_answer (organization_id, actor, hash, salt, expires_at) VALUES ('"
                + OrganizationId.INSTANCE + "', '"
                + cluster.api().get("/v1/keys/self").at("id") + "', " + digits + ", "
                + digits + ", now())";
        try (var _ = Holding.after(cluster.schema(), claim)) {
            var told = cluster.api()
                    .postOnce("/v1/keys", header, wanted("patient"))
                    .expect(503);
            assertThat(told.code()).isEqualTo("database_unavailable");
            assertThat(told.raw().headers().firstValue("Retry-After")).isPresent();
        }
        assertThat(count("patient")).isEqualTo("0");
        cluster.api().postOnce("/v1/keys", header, wanted("patient")).expect(201);
        assertThat(count("patient")).isEqualTo("1");
    }

    @Test
    void of_concurrent_duplicates_on_two_nodes_one_makes_the_key_and_the_others_wait_for_it() throws Exception {
        var header = header();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var gate = Gate.shut(cluster.schema(), "api_key", "NEW.name = 'twice'")) {
            Callable<Api.Answer> here = () -> cluster.api(0).postOnce("/v1/keys", header, wanted("twice"));
            Callable<Api.Answer> there = () -> cluster.api(1).postOnce("/v1/keys", header, wanted("twice"));
            var first = threads.submit(here);
            gate.awaitSomebody();
            var others = List.of(threads.submit(there), threads.submit(here), threads.submit(there));
            gate.open();
            for (var other : others) {
                assertThat(isReplay(other.get().expect(201))).isTrue();
                assertThat(other.get().at("secret")).isEqualTo(first.get().at("secret"));
            }
        }
        assertThat(count("twice")).isEqualTo("1");
    }

    @Test
    void another_request_under_the_same_header_is_refused() {
        var header = header();
        var made = cluster.api().postOnce("/v1/keys", header, wanted("body")).expect(201);
        assertThat(cluster.api()
                        .postOnce("/v1/keys", header, wanted("other"))
                        .expect(422)
                        .code())
                .isEqualTo("idempotency_key_reused");
        assertThat(cluster.api()
                        .postOnce("/v1/keys/" + made.at("id") + "/rotate", header, wanted("body"))
                        .status())
                .isEqualTo(422);
        assertThat(count("other")).isEqualTo("0");
    }

    @Test
    void another_credential_of_the_same_member_learns_which_key_was_made_and_no_secret() {
        cluster.api().put("/v1/users/ext:ann", Map.of("name", "Ann")).expect(201);
        var member = cluster.api()
                .post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                acme,
                                "user",
                                "ext:ann",
                                "roles",
                                List.of(Map.of("unit", acme, "role", "admin"))))
                .expect(201)
                .at("id");
        var one = session(member);
        var two = session(member);
        var header = header();
        var made = cluster.api()
                .as(one)
                .postOnce("/v1/keys", header, wanted("mine"))
                .expect(201);
        var other = cluster.api()
                .as(two)
                .postOnce("/v1/keys", header, wanted("mine"))
                .expect(409);
        assertThat(other.code()).isEqualTo("idempotency_key_taken");
        assertThat(other.at("detail")).contains(made.at("id"));
        assertThat(other.raw().body()).doesNotContain(made.at("secret"));
        // the member's own is not anybody else's
        assertThat(isReplay(cluster.api()
                        .postOnce("/v1/keys", header, wanted("mine"))
                        .expect(201)))
                .isFalse();
    }

    private static Secret session(String member) {
        var secret = Secret.of("session-" + UUID.randomUUID());
        cluster.schema()
                .execute(
                        "INSERT INTO access_session (digest, kind, organization_id, membership_id, subject, capabilities, expires_at)"
                                + " VALUES (?, 'member', ?, ?, ?, '{keys:read,keys:write}', now() + interval '1 hour')",
                        KeyDigest.of(secret).toBytes(),
                        acme,
                        member,
                        member);
        return secret;
    }

    @Test
    void nothing_that_the_database_holds_opens_the_row() throws Exception {
        var header = header();
        var credential = cluster.issue(acme, "keys:read", "keys:write").at("secret");
        var api = cluster.api().as(credential);
        var made = api.postOnce("/v1/keys", header, wanted("sealed")).expect(201);
        var row = row(made.at("id"));
        var request = new Repeatable(
                new Actor.Key(
                        ApiKeyId.find(row.actor()).orElseThrow(),
                        new OrganizationId(acme),
                        Reach.whole(),
                        ScopeSet.NONE),
                Secret.of(header),
                Secret.of(credential),
                "",
                new byte[0]);
        var encryption = new HeldEncryption(new Purpose("idempotent-answer"), new SecureRandom());
        // with both it opens: what follows fails for the right reason
        assertThat(encryption.decrypt(request.keyMaterial(), row.salt(), request.row(), row.sealed()))
                .hasValueSatisfying(plain ->
                        assertThat(new String(plain, StandardCharsets.UTF_8)).contains(made.at("secret")));

        var held = DatabaseState.values(cluster.schema());
        assertThat(held).hasSizeGreaterThan(300);
        for (var one : held) {
            assertThat(one).isNotEqualTo(made.at("secret").getBytes(StandardCharsets.UTF_8));
            var candidates = new ArrayList<byte[]>(List.of(one));
            // the header is granted to the thief as well, the credential is what is missing
            candidates.add(Repeatable.framed(header.getBytes(StandardCharsets.UTF_8), one));
            candidates.add(Repeatable.framed(row.hash(), one));
            candidates.add(Repeatable.framed(one, one));
            for (var candidate : candidates) {
                assertThat(encryption.decrypt(candidate, row.salt(), request.row(), row.sealed()))
                        .isEmpty();
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Row(String actor, byte[] hash, byte[] salt, byte[] sealed) {}

    private static Row row(String made) throws SQLException {
        try (var connection = cluster.schema().connect();
                var statement = connection.prepareStatement(
                        "SELECT actor, hash, salt, sealed FROM idempotent_answer WHERE made = ?")) {
            statement.setString(1, made);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return new Row(rows.getString(1), rows.getBytes(2), rows.getBytes(3), rows.getBytes(4));
            }
        }
    }

    @Test
    void after_ten_minutes_the_same_header_is_a_new_request() {
        var header = header();
        var first = cluster.api().postOnce("/v1/keys", header, wanted("late")).expect(201);
        cluster.schema()
                .execute(
                        "UPDATE idempotent_answer SET expires_at = expires_at - interval '10 minutes' WHERE made = ?",
                        first.at("id"));
        var second = cluster.api(1).postOnce("/v1/keys", header, wanted("late")).expect(201);
        assertThat(isReplay(second)).isFalse();
        assertThat(second.at("id")).isNotEqualTo(first.at("id"));
        assertThat(isReplay(cluster.api()
                        .postOnce("/v1/keys", header, wanted("late"))
                        .expect(201)))
                .isTrue();
    }

    @Test
    void a_header_that_could_be_guessed_is_refused() {
        for (var bad : List.of("x".repeat(21), "x".repeat(256), "twenty-two characters!")) {
            assertThat(cluster.api()
                            .postOnce("/v1/keys", bad, wanted("weak"))
                            .expect(422)
                            .code())
                    .isEqualTo("invalid_idempotency_key");
        }
        assertThat(count("weak")).isEqualTo("0");
    }

    @Test
    void a_create_that_also_makes_the_organization_is_repeated_whole() {
        var header = header();
        Map<String, Object> body = Map.of(
                "type",
                "team",
                "name",
                "provided",
                "organization",
                Map.of("external_id", "fresh", "name", "Fresh"),
                "scopes",
                List.of("keys:read"));
        var first = cluster.api(0).postOnce("/v1/keys", header, body).expect(201);
        var again = cluster.api(1).postOnce("/v1/keys", header, body).expect(201);
        assertThat(again.at("secret")).isEqualTo(first.at("secret"));
        assertThat(count("provided")).isEqualTo("1");
    }

    @Test
    void a_request_that_fails_leaves_no_row_and_can_be_repeated() {
        var header = header();
        var rows = cluster.schema().query("SELECT count(*) FROM idempotent_answer");
        var bad = Map.of("type", "team", "name", "bad", "organization", acme, "scopes", List.of("no:such"));
        cluster.api().postOnce("/v1/keys", header, bad).expect(422);
        assertThat(cluster.schema().query("SELECT count(*) FROM idempotent_answer"))
                .isEqualTo(rows);
        assertThat(isReplay(cluster.api()
                        .postOnce("/v1/keys", header, wanted("good"))
                        .expect(201)))
                .isFalse();
    }

    @Test
    void what_fails_after_the_place_was_taken_gives_it_back() {
        var schema = cluster.schema();
        schema.execute("CREATE FUNCTION shearline.no_boom() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN IF NEW.name = 'boom' THEN RAISE EXCEPTION 'boom'; END IF; RETURN NEW; END $$");
        schema.execute(
                "CREATE TRIGGER no_boom AFTER INSERT ON api_key FOR EACH ROW EXECUTE FUNCTION shearline.no_boom()");
        var header = header();
        cluster.api(0).postOnce("/v1/keys", header, wanted("boom")).expect(500);
        schema.execute("DROP TRIGGER no_boom ON api_key");
        assertThat(isReplay(cluster.api(1)
                        .postOnce("/v1/keys", header, wanted("boom"))
                        .expect(201)))
                .isFalse();
        assertThat(count("boom")).isEqualTo("1");
    }

    @Test
    void expired_answers_are_removed_and_no_others() {
        var kept = cluster.api().postOnce("/v1/keys", header(), wanted("kept")).expect(201);
        var expired =
                cluster.api().postOnce("/v1/keys", header(), wanted("gone")).expect(201);
        cluster.schema()
                .execute(
                        "UPDATE idempotent_answer SET expires_at = now() - interval '1 second' WHERE made = ?",
                        expired.at("id"));
        try (var database = new NodeDatabase(cluster.schema().node());
                var cleaning = new AnswerCleaning(database, Clock.systemUTC())) {
            assertThat(cleaning.clean()).isPositive();
        }
        var left = "SELECT count(*) FROM idempotent_answer WHERE made = ?";
        assertThat(cluster.schema().query(left, expired.at("id"))).isEqualTo("0");
        assertThat(cluster.schema().query(left, kept.at("id"))).isEqualTo("1");
    }
}
