package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.Migrations;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.DatabaseState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every write of an operation fails once, and then nothing of the operation is there: no state, no event, no entry. Which writes there are
 * is found by watching one that succeeds, so that a new table cannot be forgotten.
 */
@Tag("storage")
class FaultInjectionTest {

    private static final String SEEN =
            "SELECT coalesce(string_agg(DISTINCT what, ' ' ORDER BY what), '') FROM test_write";

    private static final Set<String> WATCHED = Set.of("test_write");

    private static Cluster cluster;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        var schema = cluster.schema();
        schema.execute("CREATE TABLE shearline.test_write (what text NOT NULL)");
        schema.execute("""
                CREATE FUNCTION shearline.test_watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    IF session_user = '%s' THEN
                        INSERT INTO shearline.test_write VALUES (TG_TABLE_NAME || ':' || TG_OP);
                    END IF;
                    RETURN NULL;
                END $$
                """.formatted(Migrations.APP_ROLE));
        schema.execute("""
                CREATE FUNCTION shearline.test_fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF session_user = '%s' THEN
                        RAISE EXCEPTION 'a fault, injected';
                    END IF;
                    RETURN NULL;
                END $$
                """.formatted(Migrations.APP_ROLE));
        for (var table : tables("NOT IN ('test_write', 'expiry_watch')")) {
            // one at a time: whoever locks two at once can wait for the node, which waits for the first
            schema.execute("CREATE TRIGGER zz_watch AFTER INSERT OR UPDATE OR DELETE ON shearline." + table
                    + " FOR EACH ROW EXECUTE FUNCTION shearline.test_watch()");
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void create() {
        failsWhole(
                () -> UUID.randomUUID().toString(),
                header -> cluster.api().postOnce("/v1/keys", header, newKey("team")),
                "api_key:INSERT",
                "api_key_scope:INSERT",
                "api_key_word:INSERT",
                "api_key_activity:INSERT",
                "audit_event:INSERT",
                "audit_personal:INSERT",
                "audit_unsealed:INSERT",
                "feed_entry:INSERT",
                "idempotent_answer:INSERT",
                "idempotent_answer:UPDATE");
    }

    @Test
    void create_with_provisioning() {
        failsWhole(
                () -> Map.of("external_id", "fresh-" + UUID.randomUUID(), "name", "Fresh"),
                organization -> cluster.api()
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "team",
                                        "name",
                                        "bot",
                                        "organization",
                                        organization,
                                        "scopes",
                                        List.of("keys:read"))),
                "organization:INSERT",
                "unit:INSERT",
                "api_key:INSERT");
    }

    @Test
    void create_for_a_person_who_is_not_there_yet() {
        failsWhole(
                () -> Map.of("external_id", "fresh-" + UUID.randomUUID(), "name", "Ada", "email", "ada@example.com"),
                user -> cluster.api()
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "personal",
                                        "name",
                                        "laptop",
                                        "organization",
                                        acme,
                                        "user",
                                        user,
                                        "scopes",
                                        List.of("keys:read"))),
                "app_user:INSERT",
                "membership:INSERT",
                "membership_role:INSERT",
                "api_key:INSERT");
    }

    @Test
    void rotate() {
        failsWhole(
                () -> cluster.issue(acme, "keys:read").at("id"),
                key -> cluster.api()
                        .postOnce("/v1/keys/" + key + "/rotate", "once-for-" + key + "-only", Map.of("grace", "1h")),
                "api_key:INSERT",
                "api_key:UPDATE",
                "audit_event:INSERT",
                "feed_entry:INSERT",
                "idempotent_answer:INSERT",
                "idempotent_answer:UPDATE");
    }

    @Test
    void revoke() {
        failsWhole(
                () -> cluster.issue(acme, "keys:read").at("id"),
                key -> cluster.api().post("/v1/keys/" + key + "/revoke"),
                "api_key:UPDATE",
                "audit_event:INSERT",
                "feed_entry:INSERT");
    }

    @Test
    void spend() {
        failsWhole(
                () -> cluster.api()
                        .post("/v1/keys", newKey("ephemeral"))
                        .expect(201)
                        .at("secret"),
                secret -> cluster.api().post("/v1/keys/verify", Map.of("key", secret)),
                "api_key:UPDATE",
                "audit_event:INSERT",
                "feed_entry:INSERT");
    }

    @Test
    void spend_under_a_name() {
        failsWhole(
                () -> cluster.api()
                        .post("/v1/keys", newKey("ephemeral"))
                        .expect(201)
                        .at("secret"),
                secret -> cluster.api()
                        .post("/v1/keys/verify", Map.of("key", secret, "use_id", "use-" + secret.substring(12, 24))),
                "api_key:UPDATE",
                "audit_event:INSERT",
                "feed_entry:INSERT");
    }

    private static Map<String, Object> newKey(String type) {
        return Map.of("type", type, "name", "bot", "organization", acme, "scopes", List.of("keys:read"));
    }

    /** @param expected some of the writes that watching must find, or it has not watched */
    private static <P> void failsWhole(Supplier<P> prepare, Function<P, Api.Answer> operation, String... expected) {
        var schema = cluster.schema();
        var first = prepare.get();
        schema.execute("DELETE FROM test_write");
        assertThat(operation.apply(first).status()).isBetween(200, 299);
        var writes = List.of(schema.query(SEEN).split(" ", -1));
        assertThat(writes).contains(expected);
        for (var write : writes) {
            var prepared = prepare.get();
            var before = DatabaseState.of(schema, WATCHED);
            var answer = failing(write, () -> operation.apply(prepared));
            assertThat(answer.status()).as(write + ": " + answer.raw().body()).isEqualTo(500);
            assertThat(answer.code()).as(write).isEqualTo("internal");
            assertThat(answer.raw().body()).as(write).doesNotContain("injected");
            assertThat(DatabaseState.of(schema, WATCHED)).as(write).isEqualTo(before);
            assertThat(operation.apply(prepared).status())
                    .as("again, after " + write)
                    .isBetween(200, 299);
        }
    }

    private static Api.Answer failing(String write, Supplier<Api.Answer> operation) {
        var table = write.substring(0, write.indexOf(':'));
        var event = write.substring(write.indexOf(':') + 1);
        cluster.schema()
                .execute("CREATE TRIGGER zz_fail AFTER " + event + " ON shearline." + table
                        + " FOR EACH ROW EXECUTE FUNCTION shearline.test_fail()");
        try {
            return operation.get();
        } finally {
            cluster.schema().execute("DROP TRIGGER zz_fail ON shearline." + table);
        }
    }

    private static List<String> tables(String which) {
        return List.of(cluster.schema()
                .query("SELECT string_agg(c.relname, ' ') FROM pg_class AS c"
                        + " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
                        + " WHERE n.nspname = 'shearline' AND c.relkind IN ('r', 'p') AND c.relname " + which)
                .split(" ", -1));
    }
}
