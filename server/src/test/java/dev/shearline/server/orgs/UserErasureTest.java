package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class UserErasureTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static long named(String id) {
        return Long.parseLong(rig.schema()
                .query(
                        "SELECT count(*) FROM audit_personal p JOIN audit_event e ON e.id = p.event_id"
                                + " WHERE (e.target = ? OR e.actor = ?) AND e.action <> 'user.erased'",
                        id,
                        id));
    }

    @Test
    void a_removed_user_is_forgotten_and_the_events_stay() {
        var external = OrganizationsRig.unique("ada");
        var created = rig.api.post(
                rig.root,
                "/v1/users",
                "{\"external_id\": \"%s\", \"name\": \"Ada\", \"email\": \"ada@example.com\"}".formatted(external));
        var id = created.at("/id");
        var user = rig.references.resolveUser(rig.operator, new dev.shearline.server.identity.Ref.ById(id));
        var member = rig.member(rig.organization("acme"), user, Role.VIEWER);
        // what the member does themselves carries their address
        rig.api.patch(rig.credentialOf(member), "/v1/users/" + id, "{\"name\": \"Ada L.\"}");
        rig.api.delete(rig.root, "/v1/users/" + id);
        var bystander = rig.user("bob");
        assertThat(named(id)).isGreaterThan(1);
        assertThat(named(member.id().value())).isPositive();
        var bytes = "SELECT md5(string_agg(encode(bytes, 'hex'), ' ' ORDER BY id)) FROM audit_event WHERE action <> ?";
        var before = rig.schema().query(bytes, "user.erased");

        var erased = rig.api.post(rig.root, "/v1/users/" + id + "/erase", "");
        var again = rig.api.post(rig.root, "/v1/users/" + id + "/erase", "");

        assertThat(erased.status()).isEqualTo(200);
        assertThat(erased.at("/name")).isEmpty();
        assertThat(erased.body().at("/email").isNull()).isTrue();
        assertThat(erased.body().at("/external_id").isNull()).isTrue();
        assertThat(again.status()).isEqualTo(200);
        assertThat(named(id)).isZero();
        assertThat(named(member.id().value())).isZero();
        assertThat(named(bystander.id().value())).as("others are not touched").isPositive();
        assertThat(rig.events("user.erased", new dev.shearline.server.identity.UserId(id)))
                .as("said once")
                .isEqualTo(1);
        assertThat(rig.chainOf("user.erased", id)).isEqualTo("org_instance");
        assertThat(rig.schema().query(bytes, "user.erased")).isEqualTo(before);
        assertThat(
                        rig.schema()
                                .query(
                                        "SELECT count(*) FROM audit_personal WHERE convert_from(fields, 'UTF8') LIKE '%ada@example.com%'"))
                .isEqualTo("0");
    }

    @Test
    void who_is_there_is_not_erased() {
        var answer = rig.api.post(rig.root, "/v1/users/" + rig.user("ada").id() + "/erase", "");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("invalid_state");
    }

    @Test
    void only_an_operator_erases() {
        var organization = rig.organization("acme");
        var ada = rig.user("ada");
        rig.member(organization, ada, Role.OWNER);
        var own = rig.credentialOf(organization, "*");

        assertThat(rig.api.post(own, "/v1/users/" + ada.id() + "/erase", "").code())
                .isEqualTo("forbidden");
        assertThat(rig.api
                        .post(rig.root, "/v1/users/usr_0000000000000000/erase", "")
                        .status())
                .isEqualTo(404);
    }
}
