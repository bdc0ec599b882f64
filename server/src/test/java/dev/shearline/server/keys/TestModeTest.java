package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is for tests has no power over what is live. */
@Tag("storage")
class TestModeTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void assertForbidden(KeyRig.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("forbidden");
        assertThat(answer.text("detail")).contains("mode test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"type\":\"ci\",\"organization\":\"org_acme\"", "\"type\":\"operator\""})
    void a_test_credential_makes_and_changes_test_keys_only_and_reads_all(String type) {
        var tester = rig.create(rig.operator, "{" + type + ",\"mode\":\"test\",\"name\":\"n\",\"scopes\":[\"keys:*\"]}")
                .text("secret");
        assertThat(tester).startsWith("shl_test_");
        var live = rig.create(rig.operator, "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[]}");
        var path = "/v1/keys/" + live.text("id");
        assertThat(rig.get(tester, path).status()).isEqualTo(200);
        for (var what : new String[] {"disable", "enable", "revoke", "rotate"}) {
            assertForbidden(rig.post(tester, path + "/" + what, ""));
        }
        assertForbidden(rig.patch(tester, path, "{\"name\":\"x\"}"));
        var before = rig.counts();
        for (var mode : new String[] {"", ",\"mode\":\"live\""}) {
            assertForbidden(rig.create(
                    tester, "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[]" + mode + "}"));
        }
        assertThat(rig.counts()).isEqualTo(before);
        assertThat(rig.column(live.text("id"), "version")).isEqualTo("1");

        var made = rig.create(
                tester, "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[],\"mode\":\"test\"}");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        var own = "/v1/keys/" + made.text("id");
        assertThat(rig.patch(tester, own, "{\"name\":\"x\"}").status()).isEqualTo(200);
        assertThat(rig.post(tester, own + "/disable", "").status()).isEqualTo(200);
        assertThat(rig.post(tester, own + "/enable", "").status()).isEqualTo(200);
        var next = rig.post(tester, own + "/rotate", "");
        assertThat(next.text("mode")).isEqualTo("test");
        assertThat(rig.post(tester, own + "/revoke", "").status()).isEqualTo(200);
        assertThat(rig.post(next.text("secret"), "/v1/keys/revoke-self", "").status())
                .isEqualTo(200);
    }
}
