package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.http.Problems;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Holding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many questions at once, each answered by itself. */
@Tag("storage")
class VerifyBatchTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        api = cluster.api();
        acme = cluster.organization("acme");
        cluster.schema().execute("""
                CREATE FUNCTION shearline.refuse_spending() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.state <> 'used' THEN
                        RETURN NEW;
                    END IF;
                    CASE NEW.name
                        WHEN 'memory' THEN RAISE EXCEPTION 'injected' USING ERRCODE = '53200';
                        WHEN 'fault' THEN RAISE EXCEPTION 'injected';
                        WHEN 'dies' THEN PERFORM pg_terminate_backend(pg_backend_pid());
                        ELSE NULL;
                    END CASE;
                    RETURN NEW;
                END $$
                """);
        cluster.schema().execute("""
                CREATE CONSTRAINT TRIGGER refuse_spending AFTER UPDATE ON api_key DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION shearline.refuse_spending()
                """);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void what_is_judged_from_memory_is_judged_after_the_last_wait() throws Exception {
        var key = cluster.issue(acme, "sessions:read");
        var token = token("slow");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Api.Answer> answer;
            var tokenRow = "SELECT id FROM api_key WHERE id = '" + token.at("id") + "' FOR UPDATE";
            try (var _ = Holding.after(cluster.schema(), tokenRow)) {
                answer = threads.submit(() -> batch(List.of(question(key), question(token))));
                cluster.schema().awaitBlocked();
                var revoked = api.post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
                assertThat(revoked.at("propagation/complete")).isEqualTo("true");
            }
            assertThat(answer.get().at("items/0/code")).isEqualTo("revoked");
        }
    }

    @Test
    void a_token_that_cannot_be_spent_takes_no_answer_away_from_the_others() {
        var key = cluster.issue(acme, "sessions:read");
        var answer = batch(List.of(
                question(token("fine")),
                question(token("memory")),
                question(token("fault")),
                question(token("dies")),
                question(key)));
        assertThat(answer.at("items/0/code")).isEqualTo("allowed");
        unanswered(answer, 1, "database_unavailable");
        unanswered(answer, 2, "internal");
        unanswered(answer, 3, "outcome_unknown");
        assertThat(answer.at("items/4/code")).isEqualTo("allowed");
        assertThat(answer.raw().body()).doesNotContain("injected");
    }

    @Test
    void tokens_that_meet_one_fault_have_one_line_in_the_log() {
        try (var log = CapturedLog.of(Problems.class)) {
            var answer =
                    batch(List.of(question(token("memory")), question(token("memory")), question(token("memory"))));
            for (int item = 0; item < 3; item++) {
                unanswered(answer, item, "database_unavailable");
            }
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void a_question_from_the_future_waits_and_alone_has_no_answer() {
        var key = cluster.issue(acme, "sessions:read");
        var answer = batch(List.of(
                question(key),
                Map.of("key", key.at("secret"), "min_epoch", Long.MAX_VALUE),
                Map.of("key", key.at("secret"), "min_epoch", Long.parseLong(key.at("epoch")))));
        assertThat(answer.at("items/0/code")).isEqualTo("allowed");
        unanswered(answer, 1, "unavailable");
        assertThat(answer.at("items/2/code")).isEqualTo("allowed");
    }

    private static void unanswered(Api.Answer answer, int item, String code) {
        var at = "items/" + item;
        assertThat(answer.at(at + "/valid")).as(answer.raw().body()).isEqualTo("false");
        assertThat(answer.at(at + "/code")).isEqualTo(code);
        assertThat(Long.parseLong(answer.at(at + "/retry_after_ms"))).isPositive();
        assertThat(answer.at(at + "/epoch")).isEmpty();
    }

    @Test
    void at_most_a_hundred_questions_are_asked_at_once_and_none_is_a_question_too() {
        var items = new ArrayList<>(Collections.nCopies(100, Map.of("key", "nobody's")));
        assertThat(batch(items).json().path("items")).hasSize(100);
        assertThat(batch(List.of()).json().path("items")).isEmpty();
        items.add(Map.of("key", "nobody's"));
        var refused = api.post("/v1/keys/verify-batch", Map.of("items", items)).expect(422);
        assertThat(refused.code()).isEqualTo("invalid_field");
        assertThat(refused.at("field")).isEqualTo("items");
    }

    @Test
    void a_bad_question_is_named_by_its_place_and_nothing_of_the_batch_is_done() {
        refused("{\"items\":[{\"key\":\"x\",\"price\":1}]}", "unknown_field", "items[0].price");
        refused("{\"items\":[{\"key\":\"x\",\"cost\":0}]}", "invalid_field", "items[0].cost");
        for (var text : List.of("unit", "resource")) {
            refused("{\"items\":[{\"key\":\"x\",\"" + text + "\":1}]}", "invalid_field", "items[0]." + text);
        }
        refused("{\"items\":[{\"key\":\"x\"},{\"key\":7}]}", "invalid_field", "items[1].key");
        refused("{\"items\":[{\"key\":\"x\"},{}]}", "invalid_field", "items[1].key");
        refused("{\"items\":[{\"key\":\"x\",\"use_id\":\"a b\"}]}", "invalid_field", "items[0].use_id");
        refused("{\"items\":[{\"key\":\"x\",\"probe\":\"yes\"}]}", "invalid_field", "items[0].probe");
        refused("{\"items\":{}}", "invalid_field", "items");
        refused("{}", "invalid_field", "items");
        refused("{\"keys\":[]}", "unknown_field", "keys");
        var token = token("kept");
        refused(
                "{\"items\":[{\"key\":\"" + token.at("secret") + "\"},{\"key\":\"x\",\"mode\":\"prod\"}]}",
                "invalid_field",
                "items[1].mode");
        assertThat(batch(List.of(question(token))).at("items/0/code")).isEqualTo("allowed");
    }

    private static void refused(String body, String code, String field) {
        var answer = api.postRaw("/v1/keys/verify-batch", body).expect(422);
        assertThat(answer.code()).as(body).isEqualTo(code);
        assertThat(answer.at("field")).as(body).isEqualTo(field);
    }

    private static Map<String, String> question(Api.Answer key) {
        return Map.of("key", key.at("secret"));
    }

    private static Api.Answer batch(List<? extends Map<String, ?>> questions) {
        return api.post("/v1/keys/verify-batch", Map.of("items", questions)).expect(200);
    }

    private static Api.Answer token(String name) {
        return api.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "ephemeral",
                                "name",
                                name,
                                "organization",
                                acme,
                                "scopes",
                                List.of("sessions:write"),
                                "expires_in",
                                "1h"))
                .expect(201);
    }
}
