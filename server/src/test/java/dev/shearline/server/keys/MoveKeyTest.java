package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A team's key moves to another unit, with all that says who sees it. */
@Tag("storage")
class MoveKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer move(String credential, KeyRig.Answer key, String unit) {
        return rig.post(credential, KeyRig.path(key) + "/move", "{\"unit\":\"" + unit + "\"}");
    }

    private static String personal(String user) {
        return rig.create(
                        rig.operator,
                        "{\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"" + user
                                + "\",\"name\":\"n\",\"scopes\":[\"*\"]}")
                .text("secret");
    }

    @Test
    void a_moved_key_belongs_to_the_other_unit_in_every_table() {
        var key = rig.created(",\"description\":\"moving words\"");
        var moved = move(rig.operator, key, "team_ops");
        assertThat(moved.status()).as(moved.toString()).isEqualTo(200);
        assertThat(moved.body().at("/boundary/id").asString()).isEqualTo("team_ops");
        assertThat(moved.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.column(key.text("id"), "unit_id || ' ' || audience_id || ' ' || version"))
                .isEqualTo("team_ops team_ops 2");
        for (var table : List.of("api_key_scope", "api_key_word", "api_key_activity")) {
            assertThat(rig.schema.query(
                            "SELECT string_agg(DISTINCT audience_id, ' ') FROM " + table + " WHERE key_id = ?",
                            key.text("id")))
                    .as(table)
                    .isEqualTo("team_ops");
        }
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.moved");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.updated 2");
    }

    @Test
    void moving_to_where_it_is_changes_nothing() {
        var key = rig.created("");
        assertThat(move(rig.operator, key, "ext:web").status()).isEqualTo(200);
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created");
    }

    @Test
    void it_takes_rights_at_both_units() {
        var key = rig.created("");
        // an admin of Engineering, which Web belongs to and Ops does not
        var ann = personal("usr_ann");
        assertThat(move(ann, key, "team_ops").status()).isEqualTo(403);
        assertThat(move(ann, key, "dep_eng").status()).isEqualTo(200);
        // a developer of Web does not see the department's keys, and sees those of Web without changing them
        var bob = personal("usr_bob");
        assertThat(move(bob, key, "team_web").status()).isEqualTo(404);
        assertThat(move(bob, rig.created(""), "team_web").status()).isEqualTo(403);
        assertThat(move("", key, "team_web").status()).isEqualTo(401);
        assertThat(move(personal("usr_cid"), key, "org_acme").status()).isEqualTo(200);
    }

    @Test
    void what_is_no_team_key_no_unit_or_dead_stays() {
        var ci = rig.create(
                rig.operator, "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[]}");
        assertThat(move(rig.operator, ci, "team_web").status()).isEqualTo(409);
        var key = rig.created("");
        assertThat(move(rig.operator, key, "team_other").status()).isEqualTo(404);
        assertThat(move(rig.operator, key, "team_nowhere").status()).isEqualTo(404);
        assertThat(rig.post(rig.operator, KeyRig.path(key) + "/move", "{}").status())
                .isEqualTo(422);
        rig.act(key, "revoke", "");
        assertThat(move(rig.operator, key, "team_ops").status()).isEqualTo(409);
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.revoked");
    }
}
