package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody lets a key do more, or live again, that can do what they cannot. See docs/decisions/0009. */
@Tag("storage")
class WideningTest {

    private static KeyRig rig;
    private static String writer;
    private static String auditor;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        writer = ofAcme("\"keys:*\"");
        auditor = ofAcme("\"keys:*\",\"audit:read\"");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static String ofAcme(String scopes) {
        return made("\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[" + scopes + "]")
                .text("secret");
    }

    private static KeyRig.Answer made(String fields) {
        var answer = rig.create(rig.operator, "{\"name\":\"n\"," + fields + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    /** A key that reads the audit log, which the writer may not. */
    private static KeyRig.Answer stronger(String fields) {
        return made("\"type\":\"team\",\"team\":\"team_web\",\"scopes\":[\"audit:read\"]" + fields);
    }

    private static final String LIMITS =
            "\"rate_limits\":[{\"amount\":10,\"per\":\"minute\"}],\"quota\":{\"amount\":100,\"refill\":\"day\"},";

    private static String path(KeyRig.Answer key) {
        return "/v1/keys/" + key.text("id");
    }

    private static String in(int days) {
        return rig.clock.instant().plus(Duration.ofDays(days)).toString();
    }

    private static void assertNotHeld(KeyRig.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("scope_not_held");
        assertThat(answer.text("detail")).contains("audit:read");
    }

    @Test
    void who_lacks_a_scope_of_a_disabled_key_does_not_enable_it() {
        var key = stronger("");
        assertThat(rig.post(writer, path(key) + "/disable", "").status()).isEqualTo(200);
        assertNotHeld(rig.post(writer, path(key) + "/enable", ""));
        assertThat(rig.column(key.text("id"), "state || ' ' || version")).isEqualTo("disabled 2");
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.disabled");
        assertThat(rig.post(auditor, path(key) + "/enable", "").text("status")).isEqualTo("active");
        assertThat(rig.post(writer, path(key) + "/enable", "").status())
                .as("what is so already")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"cidrs":[]}
            {"cidrs":["10.0.0.0/8"]}
            {"rate_limits":[]}
            {"rate_limits":[{"amount":11,"per":"minute"}]}
            {"quota":null}
            {"resources":[]}
            {"resources":["project/*"]}
            {"resources":["project/1","project/2"]}
            {"resources":["bill/1"]}
            {"cidrs":["10.1.0.0/16","203.0.113.0/24"]}
            {"expires_in":"200d"}
            {"expires_in":"none"}
            {"expires_at":null}
            {"not_before":null}
            {"not_before":"SOONER"}
            {"scopes":["audit:read","keys:read"]}
            {"name":"Renamed","description":"and more","cidrs":[]}
            """)
    void who_lacks_a_scope_of_a_key_does_not_widen_it(String edit) {
        var wider = edit.replace("SOONER", in(10));
        var key = stronger(",\"cidrs\":[\"10.1.0.0/16\"],"
                + LIMITS + "\"resources\":[\"project/1\",\"report/*\"],\"expires_in\":\"100d\",\"not_before\":\""
                + in(50) + "\"");
        assertNotHeld(rig.patch(writer, path(key), wider));
        assertThat(rig.column(key.text("id"), "version")).isEqualTo("1");
        assertThat(rig.patch(auditor, path(key), wider).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cidrs\":[\"10.1.2.0/24\"]}",
                "{\"cidrs\":[\"10.1.2.0/24\",\"10.1.3.7/32\"]}",
                "{\"rate_limits\":[{\"amount\":5,\"per\":\"minute\"}],\"quota\":{\"amount\":99,\"refill\":\"day\"}}",
                "{\"resources\":[\"project/1\"]}",
                "{\"resources\":[\"report/7\",\"project/1\"]}",
                "{\"expires_in\":\"10d\"}",
                "{\"not_before\":\"2021-01-01T00:00:00Z\"}",
                "{\"not_before\":null}",
                "{\"scopes\":[]}",
                "{\"name\":\"Renamed\",\"metadata\":{\"a\":1}}",
                "{\"scopes\":[\"keys:read\"],\"cidrs\":[]}"
            })
    void everybody_who_may_change_a_key_may_narrow_it(String narrower) {
        var key = stronger(
                ",\"cidrs\":[\"10.1.0.0/16\"]," + LIMITS
                        + "\"resources\":[\"project/1\",\"report/*\"],\"expires_in\":\"90d\",\"not_before\":\"2020-01-01T00:00:00Z\"");
        var edited = rig.patch(writer, path(key), narrower);
        assertThat(edited.status()).as(edited.toString()).isEqualTo(200);
        assertThat(edited.body().path("version").asInt()).isEqualTo(2);
    }

    @Test
    void a_key_from_anywhere_and_for_ever_has_nothing_left_to_widen_but_its_scopes() {
        var key = stronger(",\"expires_in\":\"none\"");
        assertThat(rig.patch(
                                writer,
                                path(key),
                                "{\"expires_in\":\"30d\",\"cidrs\":[\"::/0\"],\"resources\":[\"project/*\"]}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void what_an_administrator_has_disabled_its_owner_does_not_enable() {
        var own = made(
                "\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\",\"scopes\":[\"keys:*\"]");
        var other = made("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\",\"scopes\":[]");
        var bob = own.text("secret");
        assertThat(rig.post(bob, path(other) + "/disable", "").text("cause")).isEqualTo("manual");
        assertThat(rig.post(bob, path(other) + "/enable", "").text("status")).isEqualTo("active");

        assertThat(rig.post(writer, path(other) + "/disable", "").text("cause")).isEqualTo("administrator");
        var refused = rig.post(bob, path(other) + "/enable", "");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("forbidden");
        assertThat(refused.text("detail")).contains("administrator");
        assertThat(rig.column(other.text("id"), "state")).isEqualTo("disabled");
        assertThat(rig.post(writer, path(other) + "/enable", "").text("status")).isEqualTo("active");
    }

    @Test
    void disabling_a_key_first_does_not_keep_it_from_an_administrator() {
        var bob =
                made("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\",\"scopes\":[\"keys:*\"]")
                        .text("secret");
        var other = made("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\",\"scopes\":[]");
        rig.post(bob, path(other) + "/disable", "");
        var again = rig.post(writer, path(other) + "/disable", "");
        assertThat(again.text("cause")).isEqualTo("administrator");
        assertThat(again.body().path("version").asInt()).isEqualTo(3);
        assertThat(rig.post(writer, path(other) + "/disable", "")
                        .body()
                        .path("version")
                        .asInt())
                .isEqualTo(3);
        assertThat(rig.post(bob, path(other) + "/disable", "").text("cause")).isEqualTo("administrator");
        assertThat(rig.post(bob, path(other) + "/enable", "").code()).isEqualTo("forbidden");
        assertThat(rig.audited(other.text("id"))).isEqualTo("key.created key.disabled key.disabled");
    }
}
