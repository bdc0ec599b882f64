package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Who has keys that nobody uses. */
@Tag("storage")
class UnusedReportTest {

    private static KeyRig rig;
    private static String bob;
    private static String thrift;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        make("\"type\":\"team\",\"team\":\"team_web\"", 200, "never");
        make("\"type\":\"team\",\"team\":\"team_web\"", 200, "100 days");
        make("\"type\":\"team\",\"team\":\"team_web\"", 200, "2 days");
        make("\"type\":\"team\",\"team\":\"team_web\"", 20, "never");
        make("\"type\":\"team\",\"team\":\"team_ops\"", 300, "91 days");
        make("\"type\":\"ci\",\"organization\":\"org_acme\"", 200, "never");
        make("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\"", 200, "never");
        make("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\"", 200, "never");
        make("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\"", 200, "never");
        var expired = make("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_ann\"", 200, "never");
        rig.schema.execute("UPDATE api_key SET expires_at = now() - interval '1 day' WHERE id = ?", expired);
        make("\"type\":\"team\",\"organization\":\"org_other\"", 200, "never");
        bob = secret("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\"", "keys:read");
        thrift = secret("\"type\":\"personal\",\"organization\":\"org_thrift\",\"user\":\"usr_bob\"", "keys:read");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static String make(String fields, int daysOld, String lastUsed) {
        var key = rig.create(rig.operator, "{" + fields + ",\"name\":\"n\",\"scopes\":[\"resources:read\"]}");
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        var id = key.text("id");
        rig.schema.execute("UPDATE api_key SET created_at = now() - ? * interval '1 day' WHERE id = ?", daysOld, id);
        if (!lastUsed.equals("never")) {
            rig.schema.execute(
                    "UPDATE api_key_activity SET last_used_at = now() - CAST(? AS interval) WHERE key_id = ?",
                    lastUsed,
                    id);
        }
        return id;
    }

    private static String secret(String fields, String scope) {
        var key = rig.create(rig.operator, "{" + fields + ",\"name\":\"asks\",\"scopes\":[\"" + scope + "\"]}");
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        return key.text("secret");
    }

    private static JsonNode report(String credential, String query) {
        var answer = rig.get(credential, "/v1/keys/unused?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.body();
    }

    private static List<String> told(JsonNode report) {
        return report.path("items")
                .valueStream()
                .map(item -> item.path("holder").path("type").asString() + " "
                        + item.path("holder").path("id").asString() + " "
                        + item.path("name").asString() + ": "
                        + item.path("keys") + " " + item.path("unused") + " " + item.path("never_used"))
                .toList();
    }

    @Test
    void owners_come_by_how_many_of_their_keys_lie_unused() {
        var report = report(rig.operator, "organization=org_acme");
        assertThat(told(report))
                .containsExactly(
                        "user usr_bob Bob: 4 3 3",
                        "team team_web Web: 4 2 1",
                        "organization org_acme Acme: 1 1 1",
                        "team team_ops Ops: 1 1 0");
        assertThat(report.path("keys").asInt()).isEqualTo(10);
        assertThat(report.path("unused").asInt()).isEqualTo(7);
        assertThat(report.path("never_used").asInt()).isEqualTo(5);
        assertThat(report.path("by").asString()).isEqualTo("owner");
        assertThat(report.path("more").asBoolean()).isFalse();
        assertThat(report.path("items")
                        .get(1)
                        .path("holder")
                        .path("external_id")
                        .asString())
                .isEqualTo("web");
        assertThat(report.path("items")
                        .get(2)
                        .path("holder")
                        .path("external_id")
                        .asString())
                .isEqualTo("acme");
    }

    @Test
    void units_are_where_the_keys_are_valid() {
        assertThat(told(report(rig.operator, "organization=org_acme&by=unit")))
                .containsExactly(
                        "organization org_acme Acme: 5 4 4", "team team_web Web: 4 2 1", "team team_ops Ops: 1 1 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unused_for=95d                      | user usr_bob Bob: 4 3 3,team team_web Web: 4 2 1,organization org_acme Acme: 1 1 1
            type=team&unused_for=10d            | team team_web Web: 4 3 2,team team_ops Ops: 1 1 0
            owner=ext:bob                       | user usr_bob Bob: 4 3 3
            unit=team_ops                       | team team_ops Ops: 1 1 0
            owner=usr_cid                       |
            """)
    void filters_narrow_it(String query, String told) {
        assertThat(String.join(",", told(report(rig.operator, "organization=org_acme&" + query))))
                .isEqualTo(told == null ? "" : told);
    }

    @Test
    void everybody_is_told_of_the_keys_that_they_see() {
        assertThat(told(report(bob, ""))).containsExactly("user usr_bob Bob: 4 3 3", "team team_web Web: 4 2 1");
        assertThat(told(report(thrift, ""))).isEmpty();
        assertThat(rig.get(thrift, "/v1/keys/unused?organization=org_acme").status())
                .isEqualTo(404);
        assertThat(told(report(thrift, "owner=team_web"))).isEmpty();
    }

    @Test
    void what_cannot_be_asked_is_said() {
        assertThat(rig.get("", "/v1/keys/unused").status()).isEqualTo(401);
        var blind = secret("\"type\":\"team\",\"organization\":\"org_other\"", "resources:read");
        assertThat(rig.get(blind, "/v1/keys/unused").code()).isEqualTo("insufficient_scope");
        assertThat(rig.get(rig.operator, "/v1/keys/unused").text("field")).isEqualTo("organization");
        assertThat(rig.get(rig.operator, "/v1/keys/unused?organization=org_acme&by=color")
                        .text("field"))
                .isEqualTo("by");
        assertThat(rig.get(rig.operator, "/v1/keys/unused?organization=org_acme&unused_for=soon")
                        .text("field"))
                .isEqualTo("unused_for");
        assertThat(rig.get(rig.operator, "/v1/keys/unused?organization=org_acme&sort=name")
                        .status())
                .isEqualTo(422);
    }
}
