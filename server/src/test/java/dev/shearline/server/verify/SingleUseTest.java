package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ephemeral tokens work once, whoever asks where. */
@Tag("storage")
class SingleUseTest {

    private static final int ATTEMPTS = 200;
    private static final int AT_ONCE = 40;

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

    @Test
    void of_two_hundred_attempts_on_two_nodes_one_succeeds() throws Exception {
        var token = token();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var attempts = IntStream.range(0, ATTEMPTS)
                    .<Callable<String>>mapToObj(i -> () -> attempt(i % 2, token))
                    .toList();
            var codes = threads.invokeAll(attempts).stream()
                    .map(future -> future.resultNow())
                    .toList();
            assertThat(codes).filteredOn("allowed"::equals).hasSize(1);
            assertThat(codes).filteredOn("already_used"::equals).hasSize(ATTEMPTS - 1);
        }
        assertThat(cluster.schema()
                        .query(
                                "SELECT count(*) FROM audit_event WHERE action = 'key.used' AND target = (SELECT id FROM api_key WHERE last_four = ? AND type = 'ephemeral' ORDER BY used_at DESC LIMIT 1)",
                                token.substring(token.length() - 4)))
                .isEqualTo("1");
    }

    /** Overload is an honest answer: it spends nothing, and the attempt is made again. */
    private static String attempt(int node, String token) {
        while (true) {
            var answer = cluster.api(node).post("/v1/keys/verify", Map.of("key", token));
            if (answer.status() == 200) {
                return answer.code();
            }
            assertThat(answer.status()).isEqualTo(503);
        }
    }

    @Test
    void a_use_that_is_named_by_a_key_is_refused_and_spends_nothing() {
        var token = token();
        for (var name : List.of(token, "deploy-" + token.substring(0, token.length() - 2))) {
            var refused = cluster.api(0)
                    .post("/v1/keys/verify", Map.of("key", token, "use_id", name))
                    .expect(422);
            assertThat(refused.at("field")).isEqualTo("use_id");
        }
        assertThat(cluster.api(0).verify(token)).isEqualTo("allowed");
    }

    @Test
    void the_same_use_gets_the_same_answer_on_either_node() {
        var token = token();
        var first = cluster.api(0)
                .post("/v1/keys/verify", Map.of("key", token, "use_id", "deploy-17"))
                .expect(200);
        assertThat(first.code()).isEqualTo("allowed");
        assertThat(first.at("replayed")).isEqualTo("false");
        assertThat(first.at("cacheable")).isEqualTo("false");
        for (int node = 0; node < 2; node++) {
            var again = cluster.api(node)
                    .post("/v1/keys/verify", Map.of("key", token, "use_id", "deploy-17"))
                    .expect(200);
            assertThat(again.code()).isEqualTo("allowed");
            assertThat(again.at("replayed")).isEqualTo("true");
            assertThat(again.at("key_id")).isEqualTo(first.at("key_id"));
        }
        assertThat(cluster.api(1)
                        .post("/v1/keys/verify", Map.of("key", token, "use_id", "deploy-18"))
                        .code())
                .isEqualTo("already_used");
        assertThat(cluster.api(1).verify(token)).isEqualTo("already_used");
    }

    @Test
    void a_use_is_counted_where_it_is_spent_or_it_is_not_spent() {
        var token = token();
        var question = Map.<String, Object>of("key", token, "use_id", "counted", "cost", 3);
        var broken = "ALTER TABLE usage_hour ADD CONSTRAINT broken CHECK (outcome <> 'allowed') NOT VALID";
        cluster.schema().execute(broken);
        try {
            cluster.api(0).post("/v1/keys/verify", question).expect(500);
        } finally {
            cluster.schema().execute("ALTER TABLE usage_hour DROP CONSTRAINT broken");
        }
        for (int node = 0; node < 2; node++) {
            cluster.api(node).post("/v1/keys/verify", question).expect(200);
        }
        assertThat(
                        cluster.schema()
                                .query(
                                        "SELECT count(*) || ' of ' || sum(u.units) FROM usage_hour AS u"
                                                + " JOIN api_key AS k ON k.id = u.key_id WHERE k.use_id = 'counted' AND u.outcome = 'allowed'"))
                .as("there with the answer, and the repetition adds nothing")
                .isEqualTo("1 of 3");
    }

    @Test
    void a_repeated_use_is_answered_as_of_then_though_the_token_has_expired_since() {
        var token = token();
        var question = Map.of("key", token, "use_id", "then");
        cluster.api(0).post("/v1/keys/verify", question).expect(200);
        cluster.schema()
                .execute(
                        "UPDATE api_key SET used_at = now() - interval '2 seconds', expires_at = now() - interval '1 second'"
                                + " WHERE use_id = 'then'");
        for (int node = 0; node < 2; node++) {
            var again = cluster.api(node).post("/v1/keys/verify", question).expect(200);
            assertThat(again.code()).isEqualTo("allowed");
            assertThat(again.at("replayed")).isEqualTo("true");
        }
    }

    /** As after a failover that has lost the use: the row is active again, and nobody has said so. */
    @Test
    void a_token_that_a_node_knows_to_be_used_is_not_used_again_whatever_the_primary_says() {
        var token = token();
        cluster.api(0)
                .post("/v1/keys/verify", Map.of("key", token, "use_id", "lost"))
                .expect(200);
        Eventually.isTrue(
                "the node has heard of it",
                () -> cluster.api(0)
                        .post("/v1/keys/verify", Map.of("key", token, "probe", true))
                        .code()
                        .equals("already_used"));
        var lost =
                "UPDATE api_key SET state = 'active', used_at = NULL, use_id = NULL, version = version - 1 WHERE use_id = 'lost'";
        var id = cluster.schema().query("SELECT id FROM api_key WHERE use_id = 'lost'");
        cluster.schema().execute(lost);
        for (var use : new String[] {"another", "lost"}) {
            assertThat(cluster.api(0)
                            .post("/v1/keys/verify", Map.of("key", token, "use_id", use))
                            .code())
                    .isEqualTo("already_used");
        }
        assertThat(cluster.schema().query("SELECT state FROM api_key WHERE id = ?", id))
                .isEqualTo("active");
    }

    @Test
    void what_the_primary_holds_is_judged_when_the_node_is_behind() {
        var token = token();
        var digest = dev.shearline.token.KeyDigest.of(token).toHex();
        cluster.schema()
                .execute("UPDATE api_key SET scopes = '{keys:read}', version = version + 1 WHERE digest = decode('"
                        + digest + "', 'hex')");
        var answer = cluster.api(0)
                .post("/v1/keys/verify", Map.of("key", token, "scopes", java.util.List.of("sessions:write")));
        assertThat(answer.code()).isEqualTo("insufficient_scope");
    }

    @Test
    void a_use_is_forgotten_after_ten_minutes() {
        var token = token();
        cluster.api(0)
                .post("/v1/keys/verify", Map.of("key", token, "use_id", "once"))
                .expect(200);
        cluster.schema().execute("UPDATE api_key SET used_at = used_at - interval '11 minutes' WHERE use_id = 'once'");
        assertThat(cluster.api(0)
                        .post("/v1/keys/verify", Map.of("key", token, "use_id", "once"))
                        .code())
                .isEqualTo("already_used");
    }

    @Test
    void a_probe_spends_nothing() {
        var token = token();
        for (int i = 0; i < 3; i++) {
            assertThat(cluster.api(i % 2)
                            .post("/v1/keys/verify", Map.of("key", token, "probe", true))
                            .code())
                    .isEqualTo("allowed");
        }
        assertThat(cluster.api(0).verify(token)).isEqualTo("allowed");
        Eventually.isTrue(
                "the other node knows",
                () -> cluster.api(1)
                        .post("/v1/keys/verify", Map.of("key", token, "probe", true))
                        .code()
                        .equals("already_used"));
    }

    @Test
    void a_credential_for_tests_spends_nothing_that_is_live() {
        var tester = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of("type", "operator", "mode", "test", "name", "tester", "scopes", List.of("keys:verify")))
                .expect(201);
        var token = token();
        assertThat(cluster.api().as(tester.at("secret")).verify(token)).isEqualTo("wrong_mode");
        assertThat(cluster.api().verify(token)).isEqualTo("allowed");
    }

    @Test
    void a_refusal_spends_nothing() {
        var token = token();
        assertThat(cluster.api(0)
                        .post("/v1/keys/verify", Map.of("key", token, "scopes", List.of("keys:write")))
                        .code())
                .isEqualTo("insufficient_scope");
        assertThat(cluster.api(0).verify(token)).isEqualTo("allowed");
    }

    @Test
    void a_batch_spends_each_token_once() {
        var token = token();
        var answer = cluster.api(0)
                .post("/v1/keys/verify-batch", Map.of("items", List.of(Map.of("key", token), Map.of("key", token))))
                .expect(200);
        assertThat(List.of(answer.at("items/0/code"), answer.at("items/1/code")))
                .containsExactlyInAnyOrder("allowed", "already_used");
    }

    @Test
    void a_full_batch_of_tokens_is_spent_whole() {
        var items =
                IntStream.range(0, 100).mapToObj(_ -> Map.of("key", token())).toList();
        var answer = cluster.api(0)
                .post("/v1/keys/verify-batch", Map.of("items", items))
                .expect(200);
        for (int i = 0; i < items.size(); i++) {
            assertThat(answer.at("items/" + i + "/code")).isEqualTo("allowed");
        }
    }

    @Test
    void a_token_calls_nothing_itself_but_can_look_at_itself_and_end_itself() {
        var token = cluster.api(0).as(token());
        token.get("/v1/keys").expect(401);
        token.post("/v1/keys/verify", Map.of("key", "x")).expect(401);
        assertThat(token.get("/v1/keys/self").expect(200).at("status")).isEqualTo("expiring");
        assertThat(cluster.api(0)
                        .post(
                                "/v1/keys/verify",
                                Map.of("key", token.credential().reveal(), "probe", true))
                        .code())
                .isEqualTo("allowed");
        token.post("/v1/keys/revoke-self").expect(200);
        assertThat(token.get("/v1/keys/self").expect(401).raw().headers().firstValue("WWW-Authenticate"))
                .isPresent();
    }

    private static String token() {
        return cluster.api(0)
                .post(
                        "/v1/keys",
                        Map.of(
                                "type", "ephemeral",
                                "name", "deploy",
                                "organization", acme,
                                "scopes", List.of("sessions:write"),
                                "expires_in", "1h"))
                .expect(201)
                .at("secret");
    }
}
