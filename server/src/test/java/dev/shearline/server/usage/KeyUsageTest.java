package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.verify.CountedReasons;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What verifications leave behind, as it is asked for. */
@Tag("storage")
class KeyUsageTest {

    private static Cluster cluster;
    private static String acme;
    private static Api operator;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        acme = cluster.organization("acme");
        operator = cluster.api();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer usage(String id) {
        return operator.get("/v1/keys/" + id + "/usage?granularity=hour").expect(200);
    }

    private static void verify(int node, Map<String, ?> question) {
        cluster.api(node).post("/v1/keys/verify", question).expect(200);
    }

    @Test
    void what_two_nodes_were_asked_is_added_up_by_outcome_with_its_cost() {
        var key = cluster.issue(acme, "sessions:read");
        var secret = key.at("secret");
        for (int i = 0; i < 3; i++) {
            verify(i % 2, Map.of("key", secret));
        }
        verify(0, Map.of("key", secret, "cost", 1_000_000));
        verify(1, Map.of("key", secret, "scopes", List.of("keys:write"), "cost", 5));
        verify(1, Map.of("key", secret, "mode", "test"));
        verify(1, Map.of("key", secret, "probe", true));
        operator.post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
        cluster.api(1)
                .post("/v1/keys/verify-batch", Map.of("items", List.of(Map.of("key", secret), Map.of("key", secret))))
                .expect(200);

        var wanted =
                "{\"allowed\":4,\"denied\":{\"insufficient_scope\":1,\"revoked\":2,\"wrong_mode\":1},\"units\":1000003}";
        Eventually.isTrue("counted", () -> usage(key.at("id")).at("total").equals(wanted));
        var shown = usage(key.at("id"));
        assertThat(shown.at("key_id")).isEqualTo(key.at("id"));
        assertThat(shown.at("granularity")).isEqualTo("hour");
        // an hour may end meanwhile
        assertThat(shown.json()
                        .path("items")
                        .valueStream()
                        .mapToLong(item -> item.path("allowed").asLong())
                        .sum())
                .isEqualTo(4);
        assertThat(shown.at("items/0/time")).endsWith(":00:00.000Z");
        assertThat(operator.get("/v1/keys/" + key.at("id") + "/usage").at("items/0/time"))
                .endsWith("T00:00:00.000Z");
    }

    @Test
    void
            single_use_tokens_are_counted_when_they_are_spent_and_when_they_are_refused_and_not_when_a_use_is_told_again() {
        var token = operator.post(
                        "/v1/keys",
                        Map.of("type", "ephemeral", "name", "once", "organization", acme, "scopes", List.of()))
                .expect(201);
        verify(0, Map.of("key", token.at("secret"), "use_id", "one", "cost", 7));
        verify(1, Map.of("key", token.at("secret"), "use_id", "one", "cost", 7));
        verify(1, Map.of("key", token.at("secret"), "use_id", "two"));

        Eventually.isTrue(
                "counted",
                () -> usage(token.at("id"))
                        .at("total")
                        .equals("{\"allowed\":1,\"denied\":{\"already_used\":1},\"units\":7}"));
    }

    @Test
    void each_refusal_is_counted_under_its_reason() {
        assertRefusalsCounted(
                Map.of("not_before", Instant.now().plus(Duration.ofDays(1)).toString()), Map.of(), "not_yet_valid");
        assertRefusalsCounted(Map.of(), Map.of("unit", "ext:nowhere"), "outside_boundary");
        assertRefusalsCounted(
                Map.of("resources", List.of("project/1")), Map.of("resource", "project/2"), "outside_resources");
        assertRefusalsCounted(
                Map.of("cidrs", List.of("192.0.2.0/24")), Map.of("address", "203.0.113.7"), "address_not_allowed");
        assertRefusalsCounted(
                Map.of("rate_limits", List.of(Map.of("amount", 1, "per", "month"))), Map.of("cost", 2), "rate_limited");
        assertRefusalsCounted(
                Map.of("quota", Map.of("amount", 1, "refill", "month")), Map.of("cost", 2), "quota_exhausted");
        var off = cluster.issue(acme, "sessions:read");
        operator.post("/v1/keys/" + off.at("id") + "/disable").expect(200);
        assertCounted(off, Map.of(), "disabled");
    }

    private static void assertRefusalsCounted(Map<String, ?> terms, Map<String, ?> question, String reason) {
        var body = new HashMap<String, Object>(terms);
        body.putAll(
                Map.of("type", "team", "name", "refused", "organization", acme, "scopes", List.of("sessions:read")));
        assertCounted(operator.post("/v1/keys", body).expect(201), question, reason);
    }

    private static void assertCounted(Api.Answer key, Map<String, ?> question, String reason) {
        var asked = new HashMap<String, Object>(question);
        asked.put("key", key.at("secret"));
        assertThat(operator.post("/v1/keys/verify", asked).expect(200).code()).isEqualTo(reason);
        verify(1, asked);
        Eventually.isTrue(
                "counted: " + reason,
                () -> usage(key.at("id"))
                        .at("total")
                        .equals("{\"allowed\":0,\"denied\":{\"" + reason + "\":2},\"units\":0}"));
    }

    @Test
    void a_verification_writes_nothing_by_itself() {
        var keys = IntStream.range(0, 10)
                .mapToObj(_ -> cluster.issue(acme, "sessions:read"))
                .toList();
        var items = IntStream.range(0, 100)
                .mapToObj(i -> Map.of("key", keys.get(i % 10).at("secret")))
                .toList();
        long before = rowsWritten();
        for (int i = 0; i < 100; i++) {
            cluster.api(i % 2)
                    .post("/v1/keys/verify-batch", Map.of("items", items))
                    .expect(200);
        }
        for (var key : keys) {
            Eventually.isTrue(
                    "counted",
                    () -> usage(key.at("id"))
                                    .json()
                                    .path("total")
                                    .path("allowed")
                                    .asInt()
                            == 1_000);
        }
        assertThat(rowsWritten() - before).as("of 10,000 uses").isLessThan(2_000);
    }

    private static long rowsWritten() {
        return Long.parseLong(
                cluster.schema().query("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"));
    }

    @Test
    void who_used_a_key_is_told_as_far_as_the_questions_say() {
        var key = cluster.issue(acme, "sessions:read");
        var question = Map.of(
                "key",
                key.at("secret"),
                "address",
                "203.0.113.7",
                "route",
                "POST /deployments",
                "user_agent",
                "curl/8.5");
        verify(0, question);
        verify(1, question);
        verify(1, Map.of("key", key.at("secret"), "user_agent", "\u0000\u00e9 " + "x".repeat(300)));
        verify(1, Map.of("key", key.at("secret")));
        verify(0, Map.of("key", key.at("secret"), "address", "203.0.113.9", "mode", "test"));

        var path = "/v1/keys/" + key.at("id") + "/callers";
        Eventually.isTrue(
                "written",
                () -> operator.get(path).json().path("items").size() == 2
                        && operator.get(path).at("items/0/count").equals("2"));
        var shown = operator.get(path).expect(200);
        assertThat(shown.at("items/0/address")).isEqualTo("203.0.113.7");
        assertThat(shown.at("items/0/route")).isEqualTo("POST /deployments");
        assertThat(shown.at("items/0/user_agent")).isEqualTo("curl/8.5");
        assertThat(shown.at("items/1/address")).isEmpty();
        assertThat(shown.at("items/1/user_agent")).isEqualTo("?? " + "x".repeat(197));
        assertThat(shown.at("other")).isEqualTo("0");

        operator.as("").get(path).expect(401);
        operator.as(cluster.issue(acme, "sessions:read").at("secret")).get(path).expect(403);
        operator.as(cluster.issue(cluster.organization("nosy"), "*").at("secret"))
                .get(path)
                .expect(404);
        assertThat(operator.get(path + "?granularity=hour").code()).isEqualTo("unknown_parameter");
        assertThat(operator.get(path + "?from=x").expect(422).at("field")).isEqualTo("from");
    }

    @Test
    void who_would_notice_that_a_key_is_gone_is_told_before() {
        var key = cluster.issue(acme, "keys:read");
        verify(0, Map.of("key", key.at("secret"), "address", "203.0.113.7", "user_agent", "curl/8.5"));
        verify(1, Map.of("key", key.at("secret"), "address", "203.0.113.7", "user_agent", "curl/8.5"));
        verify(1, Map.of("key", key.at("secret"), "scopes", List.of("sessions:read")));

        var path = "/v1/keys/" + key.at("id") + "/impact";
        Eventually.isTrue(
                "written",
                () -> operator.get(path)
                                .at("week")
                                .equals("{\"allowed\":2,\"denied\":{\"insufficient_scope\":1},\"units\":2}")
                        && operator.get(path).at("callers/0/count").equals("2"));
        var shown = operator.get(path).expect(200);
        assertThat(shown.at("today")).isEqualTo(shown.at("week"));
        assertThat(shown.at("status")).isEqualTo("active");
        assertThat(shown.at("callers/0/address")).isEqualTo("203.0.113.7");
        assertThat(shown.at("other")).isEqualTo("0");

        operator.as("").get(path).expect(401);
        operator.as(cluster.issue(acme, "sessions:read").at("secret")).get(path).expect(403);
        operator.as(cluster.issue(cluster.organization("curious"), "*").at("secret"))
                .get(path)
                .expect(404);
        assertThat(operator.get(path + "?from=x").code()).isEqualTo("unknown_parameter");
    }

    @Test
    void keys_are_found_by_where_they_were_used_from() {
        var office = cluster.issue(acme, "sessions:read");
        var home = cluster.issue(acme, "sessions:read");
        verify(0, Map.of("key", office.at("secret"), "address", "198.51.100.200"));
        verify(0, Map.of("key", home.at("secret"), "address", "2001:db8:7::1"));
        var list = "/v1/keys?organization=" + acme + "&used_from=";
        Eventually.isTrue(
                "written",
                () -> found(list + "198.51.100.0/24").equals(List.of(office.at("id")))
                        && found(list + "2001:db8:7::/48").equals(List.of(home.at("id"))));

        assertThat(found(list + "198.51.100.200&since=1h")).containsExactly(office.at("id"));
        assertThat(found(list + "198.51.100.200&since=2020-01-31T00:00:00Z&sort=name"))
                .containsExactly(office.at("id"));
        assertThat(found(list + "198.51.100.201")).isEmpty();
        assertThat(found(list + "198.51.100.128/26")).isEmpty();
        assertThat(found(list + "2001:db8:8::/48")).isEmpty();
        assertThat(found(list + "198.51.100.0/24&since=2100-01-31T00:00:00Z")).isEmpty();
        assertThat(operator.as(cluster.issue(cluster.organization("elsewhere"), "*")
                                .at("secret"))
                        .get("/v1/keys?used_from=198.51.100.0/24")
                        .at("items"))
                .isEqualTo("[]");

        refused(list + "198.51.100.200/24", "used_from");
        refused(list + "office", "used_from");
        refused(list + "198.51.100.0/24&since=yesterday", "since");
        refused("/v1/keys?since=1h", "since");
        refused("/v1/keys?used_from=198.51.100.0/24", "organization");
    }

    private static List<String> found(String path) {
        return operator.get(path)
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .map(key -> key.path("id").asString())
                .toList();
    }

    @Test
    void a_key_that_was_never_asked_about_has_none() {
        var key = cluster.issue(acme);
        assertThat(usage(key.at("id")).at("items")).isEqualTo("[]");
        assertThat(usage(key.at("id")).at("total")).isEqualTo("{\"allowed\":0,\"denied\":{},\"units\":0}");
    }

    @Test
    void it_is_shown_to_whoever_may_read_the_key_and_to_nobody_else() {
        var key = cluster.issue(acme, "keys:read");
        var path = "/v1/keys/" + key.at("id") + "/usage";
        operator.as("").get(path).expect(401);
        operator.as(cluster.issue(acme, "sessions:read").at("secret")).get(path).expect(403);
        operator.as(key.at("secret")).get(path).expect(200);
        var stranger =
                operator.as(cluster.issue(cluster.organization("stranger"), "*").at("secret"));
        stranger.get(path).expect(404);
        stranger.get("/v1/keys/key_000000000000/usage").expect(404);
        stranger.get("/v1/keys/junk/usage").expect(404);
    }

    @Test
    void what_cannot_be_asked_is_refused_by_the_name_of_the_parameter() {
        var path = "/v1/keys/" + cluster.issue(acme).at("id") + "/usage?";
        refused(path + "granularity=week", "granularity");
        refused(path + "from=yesterday", "from");
        refused(path + "to=2030", "to");
        refused(path + "from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "to");
        refused(path + "from=2028-01-01T00:00:00Z&to=2030-01-01T00:00:00Z", "from");
        refused(path + "granularity=hour&from=2030-01-01T00:00:00Z&to=2030-03-01T00:00:00Z", "from");
        assertThat(operator.get(path + "colour=red").code()).isEqualTo("unknown_parameter");
    }

    private static void refused(String path, String parameter) {
        var answer = operator.get(path).expect(422);
        assertThat(answer.code()).isEqualTo("invalid_parameter");
        assertThat(answer.at("field")).isEqualTo(parameter);
    }

    @Test
    void every_reason_that_a_key_can_be_refused_with_is_counted() {
        assertThat(CountedReasons.uncounted()).containsExactly("malformed");
    }
}
