package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On two nodes: what one has answered, the other knows. */
@Tag("storage")
class OutsideResourcesTest {

    private static Cluster cluster;
    private static String acme;
    private static Api.Answer limited;
    private static Api.Answer free;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        acme = cluster.organization("acme");
        limited = create(List.of("project/42", "project/a b/é", "report/*"));
        free = create(List.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer create(List<String> resources) {
        var answer = cluster.api(0)
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "name",
                                "n",
                                "organization",
                                acme,
                                "scopes",
                                List.of("sessions:read", "keys:verify"),
                                "resources",
                                resources))
                .expect(201);
        assertThat(answer.at("propagation/complete")).isEqualTo("true");
        return answer;
    }

    private static String ask(int node, Api.Answer key, Map<String, ?> more) {
        var question = new HashMap<String, Object>(more);
        question.put("key", key.at("secret"));
        return cluster.api(node).post("/v1/keys/verify", question).expect(200).code();
    }

    @ParameterizedTest
    @CsvSource({
        "project/42, allowed",
        "project/a b/é, allowed",
        "report/1, allowed",
        "report/a/b, allowed",
        "project/43, outside_resources",
        "project/4, outside_resources",
        "reports/1, outside_resources",
        "bill/42, outside_resources"
    })
    void a_limited_key_works_on_what_it_names(String resource, String code) {
        for (int node = 0; node < 2; node++) {
            assertThat(ask(node, limited, Map.of("resource", resource))).isEqualTo(code);
            assertThat(ask(node, free, Map.of("resource", resource))).isEqualTo("allowed");
        }
    }

    @Test
    void a_limited_key_is_refused_where_no_resource_is_named() {
        assertThat(ask(1, limited, Map.of())).isEqualTo("outside_resources");
        assertThat(ask(1, free, Map.of())).isEqualTo("allowed");
    }

    @Test
    void scopes_are_looked_at_before_and_addresses_after() {
        var key = create(List.of("project/1"));
        cluster.api(0)
                .patch("/v1/keys/" + key.at("id"), Map.of("cidrs", List.of("203.0.113.0/24")))
                .expect(200);
        var wrong = Map.of("scopes", List.of("audit:read"), "resource", "project/2");
        assertThat(ask(1, key, wrong)).isEqualTo("insufficient_scope");
        assertThat(ask(1, key, Map.of("resource", "project/2"))).isEqualTo("outside_resources");
        assertThat(ask(1, key, Map.of("resource", "project/1"))).isEqualTo("address_not_allowed");
        assertThat(ask(1, key, Map.of("resource", "project/1", "address", "203.0.113.9")))
                .isEqualTo("allowed");
    }

    @Test
    void a_new_limit_holds_on_every_node_once_it_is_answered_and_survives_disabling() {
        var key = create(List.of());
        var path = "/v1/keys/" + key.at("id");
        var changed = cluster.api(0)
                .patch(path, Map.of("resources", List.of("project/1")))
                .expect(200);
        assertThat(changed.at("propagation/complete")).isEqualTo("true");
        assertThat(ask(1, key, Map.of("resource", "project/2"))).isEqualTo("outside_resources");
        cluster.api(0).post(path + "/disable").expect(200);
        assertThat(ask(1, key, Map.of("resource", "project/1"))).isEqualTo("disabled");
        cluster.api(1).post(path + "/enable").expect(200);
        assertThat(ask(0, key, Map.of("resource", "project/1"))).isEqualTo("allowed");
        assertThat(ask(0, key, Map.of("resource", "project/2"))).isEqualTo("outside_resources");
        var next = cluster.api(0).post(path + "/rotate").expect(201);
        assertThat(ask(1, next, Map.of("resource", "project/2"))).isEqualTo("outside_resources");
    }

    @Test
    void a_node_that_starts_later_reads_the_limits() {
        try (var node = cluster.joinWith(Map.of())) {
            Eventually.isTrue("the node is ready", node::isReady);
            var api = new Api(Cluster.uri(node), cluster.operator());
            for (var resource : List.of("project/42", "project/a b/é", "report/1")) {
                assertThat(api.post("/v1/keys/verify", Map.of("key", limited.at("secret"), "resource", resource))
                                .code())
                        .isEqualTo("allowed");
            }
            assertThat(api.verify(limited.at("secret"))).isEqualTo("outside_resources");
        }
    }

    @Test
    void a_limited_key_asks_about_no_key() {
        var answer = cluster.api(0).as(limited.at("secret")).post("/v1/keys/verify", Map.of("key", free.at("secret")));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.at("detail")).contains("limited to resources");
    }

    @ParameterizedTest
    @ValueSource(strings = {"project", "project/*", "Project/1", "", "project/"})
    void what_names_no_resource_is_no_question(String resource) {
        var answer = cluster.api(0).post("/v1/keys/verify", Map.of("key", free.at("secret"), "resource", resource));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("field")).isEqualTo("resource");
        var batch = cluster.api(0)
                .post(
                        "/v1/keys/verify-batch",
                        Map.of("items", List.of(Map.of("key", free.at("secret"), "resource", resource))));
        assertThat(batch.at("field")).isEqualTo("items[0].resource");
    }
}
