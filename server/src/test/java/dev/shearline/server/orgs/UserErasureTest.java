package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
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
                                + " WHERE (e.target = ? OR e.actor = ?) AND e.action NOT IN ('user.erased', 'member.erased')",
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
        var user = rig.references.resolveUser(rig.operator, new dev.shearline.server.identity.Ref.ById(id), "user");
        var organization = rig.organization("acme");
        var member = rig.member(organization, user, Role.VIEWER);
        // what the member does themselves carries their address
        rig.api.patch(rig.credentialOf(member), "/v1/users/" + id, "{\"name\": \"Ada L.\"}");
        rig.api.delete(rig.root, "/v1/users/" + id);
        var bystander = rig.user("bob");
        assertThat(named(id)).isGreaterThan(1);
        assertThat(named(member.id().value())).isPositive();
        var bytes = "SELECT md5(string_agg(encode(bytes, 'hex'), ' ' ORDER BY id)) FROM audit_event"
                + " WHERE action NOT IN ('user.erased', 'member.erased')";
        var before = rig.schema().query(bytes);

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
        assertThat(rig.events("member.erased", member.id())).as("said once").isEqualTo(1);
        assertThat(rig.chainOf("member.erased", member.id()))
                .isEqualTo(organization.id().value());
        assertThat(rig.schema().query(bytes)).isEqualTo(before);
        assertThat(
                        rig.schema()
                                .query(
                                        "SELECT count(*) FROM audit_personal WHERE convert_from(fields, 'UTF8') LIKE '%ada@example.com%'"))
                .isEqualTo("0");
    }

    @Test
    void each_organization_is_told_once_however_often_the_erasure_is_interrupted() {
        var ada = rig.user("ada");
        var first = rig.member(rig.organization("first"), ada, Role.VIEWER);
        rig.api.delete(rig.root, "/v1/members/" + first.id());
        var back = rig.member(rig.organizations.get(rig.operator, OrganizationsRig.ref(first.organization())), ada);
        var other = rig.member(rig.organization("other"), ada, Role.VIEWER);
        rig.api.delete(rig.root, "/v1/users/" + ada.id());
        var last = Stream.of(first, back, other)
                .map(member -> member.id().value())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        rig.schema().execute("""
                CREATE FUNCTION fail_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.action = 'member.erased' AND NEW.target = '%s' THEN
                        RAISE EXCEPTION 'on purpose';
                    END IF;
                    RETURN NEW;
                END
                $$
                """.formatted(last));
        rig.schema()
                .execute(
                        "CREATE TRIGGER fail BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION fail_erasure()");
        var interrupted = rig.api.post(rig.root, "/v1/users/" + ada.id() + "/erase", "");
        rig.schema().execute("DROP TRIGGER fail ON audit_event");

        assertThat(interrupted.status()).isEqualTo(500);
        assertThat(rig.api
                        .post(rig.root, "/v1/users/" + ada.id() + "/erase", "")
                        .status())
                .isEqualTo(200);
        assertThat(Stream.of(first, back, other).map(member -> rig.events("member.erased", member.id())))
                .containsExactly(1, 1, 1);
    }

    @Test
    void a_personal_organization_is_called_like_nobody_afterwards() {
        var ada = rig.users
                .create(
                        rig.operator,
                        new NewUser(
                                Optional.of(OrganizationsRig.unique("ada")),
                                Optional.of("Augusta Unmistakable"),
                                Optional.empty()))
                .value();
        var home = rig.provisioning
                .personalOrganization(rig.operator, OrganizationsRig.ref(ada.id()))
                .value();
        assertThat(named(home)).as("the name lies in a side row").isPositive();
        rig.api.patch(rig.root, "/v1/organizations/" + home, "{\"name\": \"Countess Unmistakable\"}");
        assertThat(rig.api.get(rig.root, "/v1/organizations/" + home).at("/name"))
                .isEqualTo("Countess Unmistakable");
        rig.api.delete(rig.root, "/v1/users/" + ada.id());

        rig.api.post(rig.root, "/v1/users/" + ada.id() + "/erase", "");

        assertThat(rig.count("SELECT count(*) FROM organization WHERE name LIKE '%Unmistakable'"))
                .isZero();
        assertThat(rig.count("SELECT count(*) FROM unit WHERE name LIKE '%Unmistakable'"))
                .isZero();
        assertThat(rig.count(
                        "SELECT count(*) FROM audit_event WHERE convert_from(bytes, 'UTF8') LIKE '%Unmistakable%'"))
                .as("no name in bytes that stay")
                .isZero();
        assertThat(rig.count(
                        "SELECT count(*) FROM audit_personal WHERE convert_from(fields, 'UTF8') LIKE '%Unmistakable%'"))
                .isZero();
        assertThat(rig.schema().query("SELECT name FROM organization WHERE id = ?", home))
                .isEqualTo("Personal");
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
