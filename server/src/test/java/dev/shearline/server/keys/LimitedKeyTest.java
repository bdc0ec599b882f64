package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that work on some of the host's things. See docs/decisions/0019. */
@Tag("storage")
class LimitedKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer with(String resources) {
        return rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[\"keys:*\"],\"resources\":"
                        + resources + "}");
    }

    private static String event(KeyRig.Answer key, String action) {
        return rig.schema.query(
                "SELECT convert_from(bytes, 'UTF8') FROM audit_event WHERE target = ? AND action = ?",
                key.text("id"),
                action);
    }

    @Test
    void a_limit_is_kept_shown_and_written_down() {
        var key = with("[\"project/42\",\"report/*\",\"project/42\"]");

        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        assertThat(key.body().path("resources").toString()).isEqualTo("[\"project/42\",\"report/*\"]");
        var shown = rig.get(rig.operator, KeyRig.path(key));
        assertThat(shown.body().path("resources")).isEqualTo(key.body().path("resources"));
        assertThat(event(key, "key.created")).contains("\"resources\":[\"project/42\",\"report/*\"]");
        assertThat(rig.created("").body().path("resources").toString()).isEqualTo("[]");
    }

    @Test
    void a_limit_is_changed_and_the_log_says_from_what_to_what() {
        var key = with("[\"project/42\"]");

        var edited = rig.patch(rig.operator, KeyRig.path(key), "{\"resources\":[\"project/43\"]}");

        assertThat(edited.body().path("resources").toString()).isEqualTo("[\"project/43\"]");
        assertThat(event(key, "key.updated")).contains("\"resources\":[[\"project/42\"],[\"project/43\"]]");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.updated 2");
        var again = rig.patch(rig.operator, KeyRig.path(key), "{\"resources\":[\"project/43\"],\"name\":\"n\"}");
        assertThat(again.body().path("version").asInt()).isEqualTo(2);
        assertThat(rig.patch(rig.operator, KeyRig.path(key), "{\"resources\":[]}")
                        .body()
                        .path("resources")
                        .toString())
                .isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"project", "*", "Project/1", "project/", "/1", "project/ 1", ""})
    void what_is_no_resource_is_refused(String entry) {
        var before = rig.counts();

        var answer = with("[\"project/1\",\"" + entry + "\"]");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_field");
        assertThat(answer.text("field")).isEqualTo("resources[1]");
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void there_are_at_most_fifty() {
        var many = IntStream.rangeClosed(0, AllowedResources.RESOURCES_MAX)
                .mapToObj(i -> "\"project/" + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));

        assertThat(with(many).text("field")).isEqualTo("resources");
        assertThat(with(many.replace("\"project/0\",", "")).status()).isEqualTo(201);
    }

    @Test
    void a_limited_key_does_not_call_this_api_but_says_what_it_is_and_ends_itself() {
        var secret = with("[\"project/42\"]").text("secret");

        var refused = rig.get(secret, "/v1/keys");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.text("detail")).contains("limited to resources");
        assertThat(rig.create(secret, "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[]}")
                        .status())
                .isEqualTo(401);
        assertThat(rig.get(secret, "/v1/keys/self").text("id")).startsWith("key_");
        assertThat(rig.post(secret, "/v1/keys/revoke-self", "").text("status")).isEqualTo("revoked");
    }

    @Test
    void an_operator_key_is_not_limited() {
        var own = rig.get(rig.operator, "/v1/keys/self");

        assertThat(rig.create(
                                rig.operator,
                                "{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[],\"resources\":[\"project/1\"]}")
                        .text("field"))
                .isEqualTo("resources");
        assertThat(rig.patch(rig.operator, KeyRig.path(own), "{\"resources\":[\"project/1\"]}")
                        .text("field"))
                .isEqualTo("resources");
        assertThat(rig.get(rig.operator, "/v1/keys/self").text("version")).isEqualTo(own.text("version"));
    }

    @Test
    void a_publishable_key_sees_no_key() {
        var key = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"visibility\":\"publishable\","
                        + "\"scopes\":[\"resources:read\"]}");
        rig.schema.execute("UPDATE api_key SET scopes = '{keys:read}' WHERE id = ?", key.text("id"));

        assertThat(rig.get(key.text("secret"), "/v1/keys").body().path("items")).isEmpty();
        assertThat(rig.get(key.text("secret"), KeyRig.path(key)).status()).isEqualTo(404);
    }
}
