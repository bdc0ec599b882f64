package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bob is a developer of Web, which is in Engineering; Ann administers Engineering. */
@Tag("storage")
class BilledToTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer of(String user, String fields) {
        return rig.create(
                rig.operator,
                "{\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"" + user
                        + "\",\"name\":\"n\",\"scopes\":[\"keys:*\"]" + fields + "}");
    }

    private static KeyRig.Answer again(KeyRig.Answer key) {
        return rig.get(rig.operator, KeyRig.path(key));
    }

    private static String billed(KeyRig.Answer key) {
        var billed = key.body().path("billed_to");
        return billed.path("type").asString() + " " + billed.path("id").asString() + " "
                + billed.path("external_id").asString();
    }

    private static String event(KeyRig.Answer key, String action) {
        return rig.schema.query(
                "SELECT convert_from(bytes, 'UTF8') FROM audit_event WHERE target = ? AND action = ?",
                key.text("id"),
                action);
    }

    @Test
    void a_key_is_billed_to_its_owner() {
        assertThat(billed(of("usr_bob", ""))).isEqualTo("user usr_bob bob");
        assertThat(billed(rig.created(""))).isEqualTo("team team_web web");
        assertThat(billed(rig.create(
                        rig.operator, "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[]}")))
                .isEqualTo("organization org_acme acme");
    }

    @ParameterizedTest
    @CsvSource({
        "usr_bob, team_web, team team_web web",
        "usr_bob, ext:web, team team_web web",
        "usr_ann, dep_eng, department dep_eng eng",
        "usr_ann, ext:web, team team_web web",
        "usr_cid, ext:ops, team team_ops ops",
        "usr_cid, org_acme, organization org_acme acme",
        "usr_cid, ext:acme, organization org_acme acme"
    })
    void a_personal_key_is_billed_to_a_unit_where_or_above_which_its_owner_has_a_role(
            String user, String unit, String billed) {
        var key = of(user, ",\"billed_to\":\"" + unit + "\"");

        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        assertThat(billed(key)).isEqualTo(billed);
        assertThat(billed(again(key))).isEqualTo(billed);
        assertThat(event(key, "key.created"))
                .contains("\"billed_to\":\"" + key.body().at("/billed_to/id").asString() + "\"");
    }

    @ParameterizedTest
    @CsvSource({"usr_bob, team_ops", "usr_bob, dep_eng", "usr_bob, org_acme", "usr_ann, org_acme", "usr_ann, team_ops"})
    void other_units_do_not_pay(String user, String unit) {
        var answer = of(user, ",\"billed_to\":\"" + unit + "\"");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("billed_to");
        assertThat(answer.text("detail")).contains(unit);
    }

    @Test
    void a_unit_of_another_organization_is_as_absent_as_one_that_never_was() {
        var foreign = of("usr_bob", ",\"billed_to\":\"team_other\"");
        var absent = of("usr_bob", ",\"billed_to\":\"team_0000000000000000\"");

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.text("field")).isEqualTo("billed_to");
        assertThat(foreign.text("detail")).isEqualTo(absent.text("detail"));
    }

    @Test
    void only_personal_keys_are_billed_to_another_than_their_owner() {
        var team = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[],\"billed_to\":\"team_web\"}");

        assertThat(team.status()).isEqualTo(422);
        assertThat(team.text("field")).isEqualTo("billed_to");
        assertThat(rig.patch(rig.operator, KeyRig.path(rig.created("")), "{\"billed_to\":\"dep_eng\"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void who_owns_a_key_changes_its_bill_and_gives_it_back() {
        var key = of("usr_bob", "");

        var changed = rig.patch(key.text("secret"), KeyRig.path(key), "{\"billed_to\":\"ext:web\"}");

        assertThat(billed(changed)).isEqualTo("team team_web web");
        assertThat(event(key, "key.updated")).contains("\"billed_to\":[\"\",\"team_web\"]");
        var renamed = rig.patch(key.text("secret"), KeyRig.path(key), "{\"name\":\"Renamed\"}");
        assertThat(billed(renamed)).as("what is not named stays").isEqualTo("team team_web web");
        assertThat(billed(rig.patch(key.text("secret"), KeyRig.path(key), "{\"billed_to\":null}")))
                .isEqualTo("user usr_bob bob");
    }

    @Test
    void a_rotation_copies_it() {
        var key = of("usr_bob", ",\"billed_to\":\"team_web\"");
        assertThat(billed(rig.act(key, "rotate", "{}"))).isEqualTo("team team_web web");
    }

    @Test
    void while_the_owner_has_no_role_there_the_owner_is_billed() {
        var key = of("usr_ann", ",\"billed_to\":\"team_web\"");
        rig.schema.execute("UPDATE membership_role SET unit_id = 'team_ops' WHERE membership_id = 'mem_ann'");
        assertThat(billed(again(key))).isEqualTo("user usr_ann ann");
        rig.schema.execute("UPDATE membership_role SET unit_id = 'dep_eng' WHERE membership_id = 'mem_ann'");
        assertThat(billed(again(key))).isEqualTo("team team_web web");

        rig.schema.execute("UPDATE unit SET state = 'removed' WHERE id = 'team_web'");
        assertThat(billed(again(key))).isEqualTo("user usr_ann ann");
        assertThat(rig.get(rig.operator, "/v1/keys?organization=org_acme&owner=ext:ann")
                        .body()
                        .at("/items/0/billed_to/id")
                        .asString())
                .isEqualTo("usr_ann");
        rig.schema.execute("UPDATE unit SET state = 'active' WHERE id = 'team_web'");
    }
}
