package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys that nobody uses: Acme disables them after 30 days, and says so 7 days before. */
@Tag("storage")
class UnusedKeysTest {

    private static final String WARNED = "key.unused_warning";

    private KeyRig rig;

    @BeforeEach
    void start() {
        rig = new KeyRig();
        // these tests run for months
        rig.schema.execute("UPDATE api_key SET expires_at = 'infinity' WHERE type = 'operator'");
        policy("{\"unused_disable_after_days\":30}");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void policy(String body) {
        var answer = rig.send(rig.operator, "PUT", "/v1/organizations/org_acme/policy", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private void after(int days) {
        rig.clock.advance(Duration.ofDays(days));
        rig.keys.lookForUnused();
        rig.keys.lookForUnused();
    }

    private KeyRig.Answer key() {
        return rig.created(",\"expires_in\":\"none\"");
    }

    private KeyRig.Answer shown(KeyRig.Answer key) {
        return rig.get(rig.operator, KeyRig.path(key));
    }

    private String events(KeyRig.Answer key) {
        return rig.audited(key.text("id"));
    }

    @Test
    void it_is_warned_of_once_and_disabled_when_its_days_are_over() {
        var key = key();

        after(22);
        assertThat(events(key)).isEqualTo("key.created");
        after(2);
        assertThat(events(key)).isEqualTo("key.created " + WARNED);
        assertThat(shown(key).text("status")).isEqualTo("active");
        assertThat(shown(key).body().path("version").asInt()).isOne();
        after(6);
        assertThat(events(key)).isEqualTo("key.created " + WARNED);
        after(1);

        assertThat(events(key)).isEqualTo("key.created " + WARNED + " key.disabled");
        assertThat(shown(key).text("status")).isEqualTo("disabled");
        assertThat(shown(key).text("cause")).isEqualTo("unused");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.disabled 2");
        assertThat(rig.schema.query(
                        "SELECT actor FROM audit_event WHERE action = 'key.disabled' AND target = ?", key.text("id")))
                .isEqualTo("job_unused_keys");
    }

    @Test
    void a_use_gives_it_its_time_anew() {
        var key = key();
        after(24);
        rig.schema.execute(
                "UPDATE api_key_activity SET last_used_at = ? :: timestamptz WHERE key_id = ?",
                rig.clock.instant().toString(),
                key.text("id"));

        after(20);
        assertThat(shown(key).text("status")).isEqualTo("active");
        after(4);
        assertThat(events(key)).isEqualTo("key.created " + WARNED + " " + WARNED);
        after(8);
        assertThat(shown(key).text("cause")).isEqualTo("unused");
    }

    @Test
    void who_may_enable_it_gives_it_its_time_anew_too() {
        var key = key();
        after(24);
        after(8);
        assertThat(shown(key).text("status")).isEqualTo("disabled");

        assertThat(rig.act(key, "enable", "").status()).isEqualTo(200);
        after(20);

        assertThat(shown(key).text("status")).isEqualTo("active");
        assertThat(rig.act(key, "disable", "").text("cause")).isEqualTo("administrator");
    }

    @Test
    void a_policy_that_comes_late_takes_nobody_by_surprise() {
        policy("{}");
        var key = key();
        after(100);
        assertThat(events(key)).isEqualTo("key.created");

        policy("{\"unused_disable_after_days\":30,\"unused_warning_days\":3}");
        after(0);
        assertThat(shown(key).text("status")).isEqualTo("active");
        assertThat(events(key)).isEqualTo("key.created " + WARNED);
        after(2);
        assertThat(shown(key).text("status")).isEqualTo("active");
        after(2);
        assertThat(shown(key).text("cause")).isEqualTo("unused");
    }

    @Test
    void what_ends_by_itself_or_has_not_begun_and_other_organizations_are_left_alone() {
        var future = rig.created(",\"expires_in\":\"none\",\"not_before\":\""
                + rig.clock.instant().plus(Duration.ofDays(60)) + "\"");
        var expired = rig.created(",\"expires_in\":\"25d\"");
        var other = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"team_other\",\"name\":\"n\",\"scopes\":[],\"expires_in\":\"none\"}");
        var disabled = key();
        rig.act(disabled, "disable", "");

        after(24);
        after(20);

        assertThat(events(future)).isEqualTo("key.created");
        assertThat(events(expired)).doesNotContain("disabled");
        assertThat(events(other)).isEqualTo("key.created");
        assertThat(shown(disabled).text("cause")).isEqualTo("administrator");
    }
}
