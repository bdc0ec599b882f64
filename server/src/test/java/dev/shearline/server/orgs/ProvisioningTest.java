package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Role;
import dev.shearline.server.testing.StatementCount;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class ProvisioningTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Place place(
            Optional<OrganizationField> organization, Optional<UnitField> team, Optional<UserField> user) {
        return new Place(organization, Optional.empty(), team, user);
    }

    private static Provisioned provision(Caller caller, Place place) {
        return rig.provisioning.commit(caller, place, (_, made) -> made).value();
    }

    @Test
    void organization_team_and_user_are_there_from_the_first_mention() {
        var acme = new OrganizationField.Provided(OrganizationsRig.unique("acme"), "Acme");
        var web = new UnitField.Provided("web", "Web", Settable.unset());
        var ada = new UserField.Provided(OrganizationsRig.unique("ada"), Optional.of("Ada"), Settable.unset());

        var withTeam = provision(rig.operator, place(Optional.of(acme), Optional.of(web), Optional.empty()));
        var withUser = provision(rig.operator, place(Optional.of(acme), Optional.empty(), Optional.of(ada)));
        var before = rig.written();
        var again = provision(rig.operator, place(Optional.of(acme), Optional.of(web), Optional.empty()));

        assertThat(withTeam.organization().name()).isEqualTo("Acme");
        assertThat(withTeam.adminAudience()).startsWith("aud_");
        assertThat(withTeam.unit().orElseThrow().name()).isEqualTo("Web");
        assertThat(withUser.organization().id())
                .isEqualTo(withTeam.organization().id());
        var member = withUser.member().orElseThrow();
        assertThat(member.user().name()).isEqualTo("Ada");
        assertThat(rig.schema()
                        .query(
                                "SELECT role FROM membership_role WHERE membership_id = ?",
                                member.id().value()))
                .isEqualTo("developer");
        assertThat(again.unit()).isEqualTo(withTeam.unit());
        assertThat(rig.written()).isEqualTo(before);
    }

    @Test
    void nothing_is_provisioned_when_the_work_fails() {
        var acme = new OrganizationField.Provided(OrganizationsRig.unique("acme"), "Acme");
        var before = rig.written();

        assertThatThrownBy(() -> rig.provisioning.commit(
                        rig.operator, place(Optional.of(acme), Optional.empty(), Optional.empty()), (_, _) -> {
                            throw new IllegalArgumentException("no key after all");
                        }))
                .hasMessage("no key after all");

        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.count("SELECT count(*) FROM organization WHERE external_id = ?", acme.externalId()))
                .isZero();
    }

    @Test
    void only_operators_provision() {
        var own = rig.organization("own");
        var caller = OrganizationsRig.caller(OrganizationsRig.keyOf(own, "*"));
        var ada = new UserField.Provided(OrganizationsRig.unique("ada"), Optional.empty(), Settable.unset());

        assertThatThrownBy(() -> provision(caller, place(Optional.empty(), Optional.empty(), Optional.of(ada))))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        thrown -> assertThat(thrown.problem().code()).isEqualTo(ProblemCode.FORBIDDEN));
    }

    @Test
    void a_named_user_must_be_a_member_of_the_named_organization() {
        var acme = rig.organization("acme");
        var stranger = rig.user("stranger");
        var place = place(
                Optional.of(new OrganizationField.Named(OrganizationsRig.ref(acme.id()))),
                Optional.empty(),
                Optional.of(new UserField.Named(OrganizationsRig.ref(stranger.id()))));

        assertThatThrownBy(() -> provision(rig.operator, place))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        thrown -> assertThat(thrown.problem().code()).isEqualTo(ProblemCode.NOT_FOUND));
    }

    @Test
    void a_user_without_a_company_owns_a_personal_organization() {
        var user = rig.user("ada");

        var id = rig.provisioning.personalOrganization(rig.operator, OrganizationsRig.ref(user.id()));

        var shown = rig.api.get(rig.root, "/v1/organizations/" + id);
        assertThat(shown.body().at("/personal").asBoolean()).isTrue();
        assertThat(shown.at("/name")).isEqualTo("ada");
        var members = rig.api.get(rig.root, "/v1/members?organization=" + id);
        assertThat(members.at("/items/0/user/id")).isEqualTo(user.id().value());
        assertThat(members.at("/items/0/roles/0/role")).isEqualTo("owner");
        assertThat(rig.references
                        .resolveMember(rig.operator, Optional.empty(), OrganizationsRig.ref(user.id()))
                        .organization())
                .isEqualTo(id);
    }

    @Test
    void the_personal_organization_is_made_once_however_many_ask() throws Exception {
        for (int round = 0; round < 3; round++) {
            var named = new UserField.Named(OrganizationsRig.ref(rig.user("ada").id()));
            var provided = new UserField.Provided(OrganizationsRig.unique("eve"), Optional.empty(), Settable.unset());
            assertThat(homesOf(named)).hasSize(1);
            assertThat(homesOf(provided)).hasSize(1);
        }
    }

    private static Set<OrganizationId> homesOf(UserField user) throws Exception {
        var place = place(Optional.empty(), Optional.empty(), Optional.of(user));
        Callable<OrganizationId> ask =
                () -> provision(rig.operator, place).organization().id();
        var homes = new HashSet<OrganizationId>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var future :
                    threads.invokeAll(IntStream.range(0, 8).mapToObj(_ -> ask).toList())) {
                homes.add(future.get());
            }
        }
        return homes;
    }

    @Test
    void absent_and_foreign_things_take_the_same_statements() {
        var caller = OrganizationsRig.caller(OrganizationsRig.keyOf(rig.organization("own"), "*"));
        var foreign = rig.organization("foreign");
        var stranger = rig.user("stranger");
        rig.member(foreign, stranger, Role.OWNER);

        assertSameStatements(
                () -> rig.references.resolveOrganization(caller, OrganizationsRig.ref(foreign.id())),
                () -> rig.references.resolveOrganization(caller, OrganizationsRig.ref("org_0000000000000000")));
        assertSameStatements(
                () -> rig.references.resolveUser(caller, OrganizationsRig.ref(stranger.id()), "user"),
                () -> rig.references.resolveUser(caller, OrganizationsRig.ref("usr_0000000000000000"), "user"));
        assertSameStatements(
                () -> rig.references.resolveMember(caller, Optional.empty(), OrganizationsRig.ref(stranger.id())),
                () -> rig.references.resolveMember(
                        caller, Optional.empty(), OrganizationsRig.ref("usr_0000000000000000")));
        assertSameStatements(
                () -> rig.references.resolveUnit(
                        caller, Optional.empty(), Optional.empty(), OrganizationsRig.ref(foreign.id()), "unit"),
                () -> rig.references.resolveUnit(
                        caller,
                        Optional.empty(),
                        Optional.empty(),
                        OrganizationsRig.ref("org_0000000000000000"),
                        "unit"));
    }

    private static void assertSameStatements(Runnable foreign, Runnable absent) {
        // each once before, so that no connection is being set up while they are counted
        refused(foreign);
        int ofForeign = StatementCount.of(() -> refused(foreign));
        int ofAbsent = StatementCount.of(() -> refused(absent));
        assertThat(ofForeign).isPositive().isEqualTo(ofAbsent);
    }

    private static void refused(Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        thrown -> assertThat(thrown.problem().code()).isEqualTo(ProblemCode.NOT_FOUND));
    }

    @Test
    void the_application_role_sees_nothing_of_anybody_without_a_context() throws Exception {
        rig.member(rig.organization("acme"), rig.user("ada"), Role.OWNER);

        try (var connection = rig.schema().app().dataSource("test").getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM organization) + (SELECT count(*) FROM unit) + (SELECT count(*) FROM membership)
                             + (SELECT count(*) FROM membership_role) + (SELECT count(*) FROM audit_event)
                             + (SELECT count(*) FROM audit_personal)
                        """)) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isZero();
        }
    }
}
