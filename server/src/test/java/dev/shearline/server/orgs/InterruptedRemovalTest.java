package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.OutcomeUnknownException;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.UnitKind;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A removal that takes several transactions never says that nothing was changed once the first is committed. */
@Tag("storage")
class InterruptedRemovalTest {

    private static final int KEYS = 2 * RevokingKeys.AT_ONCE + 1;

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
        rig.schema().execute("CREATE TABLE shearline.test_patience (keys int NOT NULL)");
        rig.schema().execute("INSERT INTO shearline.test_patience VALUES (1000)");
        rig.schema().execute("""
                CREATE FUNCTION shearline.test_tire() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    IF (SELECT count(*) FROM shearline.api_key WHERE organization_id = NEW.organization_id AND state = 'revoked')
                       >= (SELECT keys FROM shearline.test_patience) THEN
                        RAISE lock_not_available;
                    END IF;
                    RETURN NEW;
                END $$
                """);
        rig.schema()
                .execute("CREATE TRIGGER zz_tire BEFORE UPDATE ON shearline.api_key"
                        + " FOR EACH ROW EXECUTE FUNCTION shearline.test_tire()");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void failAfter(int keys) {
        rig.schema().execute("UPDATE shearline.test_patience SET keys = ?", keys);
    }

    private static void insertKeys(OrganizationId organization, String unit, Optional<MembershipId> member) {
        for (int i = 0; i < KEYS; i++) {
            rig.insertKey(organization, unit, member);
        }
    }

    private static void assertInterrupted(String owner, ThrowingCallable removal) throws Throwable {
        failAfter(0);
        assertThatThrownBy(removal).as("nothing was changed").isInstanceOf(DatabaseUnavailableException.class);
        assertThat(rig.liveKeysOf(owner)).isEqualTo(KEYS);
        failAfter(RevokingKeys.AT_ONCE);
        assertThatThrownBy(removal).as("a part was").isInstanceOf(OutcomeUnknownException.class);
        assertThat(rig.liveKeysOf(owner)).isEqualTo(KEYS - RevokingKeys.AT_ONCE);
        failAfter(1000);
        removal.call();
        assertThat(rig.liveKeysOf(owner)).isZero();
    }

    @Test
    void of_a_member() throws Throwable {
        var organization = rig.organization("acme");
        var member = rig.member(organization, rig.user("ada"), Role.DEVELOPER);
        insertKeys(organization.id(), organization.id().value(), Optional.of(member.id()));
        assertInterrupted(
                member.id().value(),
                () -> rig.members.remove(rig.operator, Optional.empty(), OrganizationsRig.ref(member.id())));
    }

    @Test
    void of_a_unit() throws Throwable {
        var organization = rig.organization("acme");
        var team = rig.units
                .create(
                        rig.operator,
                        UnitKind.TEAM,
                        new NewUnit(
                                Optional.of(OrganizationsRig.ref(organization.id())),
                                "Web",
                                Optional.empty(),
                                Optional.empty()))
                .value();
        insertKeys(organization.id(), team.id().value(), Optional.empty());
        assertInterrupted(
                team.id().value(),
                () -> rig.units.remove(
                        rig.operator, UnitKind.TEAM, Optional.empty(), OrganizationsRig.ref(team.id()), true));
    }

    @Test
    void of_a_user() throws Throwable {
        var organization = rig.organization("acme");
        var user = rig.user("ada");
        var member = rig.member(organization, user, Role.DEVELOPER);
        insertKeys(organization.id(), organization.id().value(), Optional.of(member.id()));
        assertInterrupted(member.id().value(), () -> rig.users.remove(rig.operator, OrganizationsRig.ref(user.id())));
    }
}
