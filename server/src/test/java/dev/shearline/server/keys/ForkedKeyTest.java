package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.ApiKeyId;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node says of a key that is not dead: I knew it as dead. It may say so late, and again. */
@Tag("storage")
class ForkedKeyTest {

    @AutoClose
    private static final KeyRig RIG = new KeyRig();

    private final ApiKeyId key = ApiKeyId.find(RIG.created("").text("id")).orElseThrow();

    @Test
    void it_is_disabled_at_a_version_above_that_of_its_death() {
        knownAsDeadAt(5);
        assertRow("disabled", "history_forked", 6);
        knownAsDeadAt(5);
        assertRow("disabled", "history_forked", 6);
        assertThat(RIG.audited(key.toString())).isEqualTo("key.created key.disabled");
        knownAsDeadAt(9);
        assertRow("disabled", "history_forked", 10);
    }

    @Test
    void one_that_is_disabled_already_waits_for_an_operator_too() {
        RIG.post(RIG.operator, "/v1/keys/" + key + "/disable", "");
        assertRow("disabled", "administrator", 2);
        knownAsDeadAt(3);
        assertRow("disabled", "history_forked", 4);
        assertThat(RIG.lastEntry(key.toString())).isEqualTo("key.disabled 4");
    }

    @Test
    void one_that_an_operator_has_confirmed_stays_as_it_is() {
        knownAsDeadAt(3);
        assertThat(RIG.post(RIG.operator, "/v1/keys/" + key + "/enable", "").status())
                .isEqualTo(200);
        assertThat(row()).isEqualTo("active 5");
        knownAsDeadAt(3);
        knownAsDeadAt(2);
        assertThat(row()).isEqualTo("active 5");
        knownAsDeadAt(6);
        assertRow("disabled", "history_forked", 7);
    }

    @Test
    void an_enable_of_what_was_disabled_by_hand_confirms_nothing() {
        RIG.post(RIG.operator, "/v1/keys/" + key + "/disable", "");
        RIG.post(RIG.operator, "/v1/keys/" + key + "/enable", "");
        assertThat(row()).isEqualTo("active 3");
        knownAsDeadAt(2);
        assertRow("disabled", "history_forked", 4);
    }

    private void knownAsDeadAt(int version) {
        RIG.keys.disableForked(KeyRig.ACME, key, version);
    }

    private void assertRow(String state, String cause, int version) {
        assertThat(row()).isEqualTo(state + " " + version);
        assertThat(RIG.column(key.toString(), "disabled_cause")).isEqualTo(cause);
    }

    private String row() {
        return RIG.column(key.toString(), "state || ' ' || version");
    }
}
