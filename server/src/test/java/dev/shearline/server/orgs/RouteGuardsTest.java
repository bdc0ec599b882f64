package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every route alike: who may call it at all, and what it says to a stranger. */
class RouteGuardsTest {

    private static final String SOME_NAME = "{\"name\": \"x\"}";
    private static final String SOME_UNIT = "{\"organization\": \"org_none\", \"name\": \"x\"}";

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    record Call(String method, String path, String body, String scope) {}

    static Stream<Call> everyRoute() {
        return Stream.concat(operatorRoutes(), ownRoutes());
    }

    /** Only for operators, whatever the scopes. */
    static Stream<Call> operatorRoutes() {
        return Stream.of(
                new Call("POST", "/v1/organizations", SOME_NAME, "organizations:write"),
                new Call("PUT", "/v1/organizations/ext:x", SOME_NAME, "organizations:write"),
                new Call("PUT", "/v1/departments/ext:x", SOME_UNIT, "organizations:write"),
                new Call("PUT", "/v1/teams/ext:x", SOME_UNIT, "organizations:write"),
                new Call("POST", "/v1/users", SOME_NAME, "organizations:write"),
                new Call("PUT", "/v1/users/ext:x", SOME_NAME, "organizations:write"),
                new Call("PUT", "/v1/members/mem_x/scopes", "{\"scopes\": []}", "members:write"),
                new Call("DELETE", "/v1/members/mem_x/scopes", "", "members:write"));
    }

    static Stream<Call> ownRoutes() {
        return Stream.concat(
                foreignThings(),
                Stream.of(
                        new Call("GET", "/v1/organizations", "", "organizations:read"),
                        new Call("GET", "/v1/departments", "", "organizations:read"),
                        new Call("GET", "/v1/teams", "", "organizations:read"),
                        new Call("GET", "/v1/users", "", "organizations:read"),
                        new Call("GET", "/v1/members", "", "members:read"),
                        new Call("GET", "/v1/resources", "", "resources:read")));
    }

    /** All that name a thing; {@code ID} is where it is named. */
    static Stream<Call> foreignThings() {
        return Stream.of(
                new Call("GET", "/v1/organizations/ORG", "", "organizations:read"),
                new Call("PATCH", "/v1/organizations/ORG", SOME_NAME, "organizations:write"),
                new Call("DELETE", "/v1/organizations/ORG", "", "organizations:write"),
                new Call("POST", "/v1/organizations/ORG/suspend", "", "organizations:write"),
                new Call("POST", "/v1/organizations/ORG/resume", "", "organizations:write"),
                new Call("POST", "/v1/departments", SOME_UNIT.replace("org_none", "ORG"), "organizations:write"),
                new Call("GET", "/v1/organizations/ORG/limits", "", "organizations:read"),
                new Call("PUT", "/v1/organizations/ORG/limits", "{}", "policies:write"),
                new Call("GET", "/v1/departments/DEP/limits", "", "organizations:read"),
                new Call("PUT", "/v1/departments/DEP/limits", "{}", "policies:write"),
                new Call("GET", "/v1/teams/TEAM/limits", "", "organizations:read"),
                new Call("PUT", "/v1/teams/TEAM/limits", "{}", "policies:write"),
                new Call("GET", "/v1/members/MEM/limits", "", "members:read"),
                new Call("PUT", "/v1/members/MEM/limits", "{}", "policies:write"),
                new Call("GET", "/v1/departments/DEP", "", "organizations:read"),
                new Call("PATCH", "/v1/departments/DEP", SOME_NAME, "organizations:write"),
                new Call("DELETE", "/v1/departments/DEP", "", "organizations:write"),
                new Call("GET", "/v1/departments?organization=ORG", "", "organizations:read"),
                new Call("POST", "/v1/teams", SOME_UNIT.replace("org_none", "ORG"), "organizations:write"),
                new Call("GET", "/v1/teams/TEAM", "", "organizations:read"),
                new Call("PATCH", "/v1/teams/TEAM", SOME_NAME, "organizations:write"),
                new Call("DELETE", "/v1/teams/TEAM", "", "organizations:write"),
                new Call("GET", "/v1/teams?department=DEP", "", "organizations:read"),
                new Call("GET", "/v1/users/USER", "", "organizations:read"),
                new Call("PATCH", "/v1/users/USER", SOME_NAME, "organizations:write"),
                new Call("DELETE", "/v1/users/USER", "", "organizations:write"),
                new Call("POST", "/v1/users/USER/disable", "", "organizations:write"),
                new Call("POST", "/v1/users/USER/enable", "", "organizations:write"),
                new Call("POST", "/v1/users/USER/erase", "", "organizations:write"),
                new Call("POST", "/v1/members", "{\"user\": \"USER\"}", "members:write"),
                new Call("GET", "/v1/members/MEM", "", "members:read"),
                new Call("PATCH", "/v1/members/MEM", "{\"roles\": []}", "members:write"),
                new Call("DELETE", "/v1/members/MEM", "", "members:write"),
                new Call("GET", "/v1/members?organization=ORG", "", "members:read"),
                new Call("GET", "/v1/members?user=USER", "", "members:read"),
                new Call("GET", "/v1/resources?organization=ORG", "", "resources:read"),
                new Call("GET", "/v1/resources?unit=TEAM", "", "resources:read"),
                new Call("GET", "/v1/resources/project/x?organization=ORG", "", "resources:read"),
                new Call("PUT", "/v1/resources/project/x", "{\"organization\": \"ORG\"}", "resources:write"),
                new Call("PUT", "/v1/resources/project/x", "{\"unit\": \"TEAM\"}", "resources:write"),
                new Call("DELETE", "/v1/resources/project/x?organization=ORG", "", "resources:write"));
    }

    @ParameterizedTest
    @MethodSource("everyRoute")
    void nobody_gets_in_without_a_credential(Call call) {
        var answer = rig.api.send(call.method, "", call.path, call.body);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthenticated");
    }

    @ParameterizedTest
    @MethodSource("everyRoute")
    void a_credential_without_the_scope_is_told_which_one_is_missing(Call call) {
        var organization = rig.organization("acme");
        var keys = rig.credentialOf(organization, "keys:*");

        var answer = rig.api.send(call.method, keys, call.path, call.body);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("insufficient_scope");
        assertThat(answer.at("/detail")).contains(call.scope);
    }

    @ParameterizedTest
    @MethodSource("operatorRoutes")
    void an_organizations_own_credential_does_not_provision(Call call) {
        var organization = rig.organization("acme");
        var before = rig.written();

        var answer = rig.api.send(call.method, rig.credentialOf(organization, "*"), call.path, call.body);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("forbidden");
        assertThat(rig.written()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("foreignThings")
    void what_is_anothers_is_answered_exactly_like_what_is_not_there(Call call) {
        var own = rig.organization("own");
        var foreign = new Things(rig);
        var credential = rig.credentialOf(own, "*");
        var before = rig.written();

        var there = rig.api.send(call.method, credential, foreign.in(call.path), foreign.in(call.body));
        var absent = rig.api.send(call.method, credential, Things.absentIn(call.path), Things.absentIn(call.body));

        assertThat(there.status()).isEqualTo(404);
        assertThat(without_request_id(there.body().toString()))
                .isEqualTo(without_request_id(absent.body().toString()));
        assertThat(rig.written()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("foreignThings")
    void by_external_id_too(Call call) {
        var own = rig.organization("own");
        var foreign = new Things(rig);
        var credential = rig.credentialOf(own, "*");

        var there = rig.api.send(call.method, credential, foreign.externalIn(call.path), foreign.externalIn(call.body));

        assertThat(there.status()).isEqualTo(404);
        assertThat(there.code()).isEqualTo("not_found");
    }

    @Test
    void an_unknown_field_and_an_unknown_parameter_are_refused_by_name() {
        var body = rig.api.post(rig.root, "/v1/organizations", "{\"name\": \"x\", \"plan\": \"scale\"}");
        var query = rig.api.get(rig.root, "/v1/organizations?colour=red");

        assertThat(body.code()).isEqualTo("unknown_field");
        assertThat(body.at("/field")).isEqualTo("plan");
        assertThat(query.code()).isEqualTo("unknown_parameter");
        assertThat(query.at("/field")).isEqualTo("colour");
    }

    private static String without_request_id(String body) {
        return body.replaceAll("\"request_id\":\"[^\"]*\"", "");
    }

    /** One of each kind, in an organization of their own. */
    private record Things(
            String organization, String department, String team, String user, String member, String name) {

        Things(OrganizationsRig rig) {
            this(rig, rig.organization("foreign"), rig.user("stranger"), OrganizationsRig.unique("unit"));
        }

        private Things(OrganizationsRig rig, Organization organization, User user, String name) {
            this(
                    organization.id().value(),
                    unit(rig, organization, "departments", name + "-d"),
                    unit(rig, organization, "teams", name + "-t"),
                    user.id().value(),
                    rig.member(organization, user, Role.OWNER).id().value(),
                    organization.externalId().orElseThrow() + " " + name + " "
                            + user.externalId().orElseThrow());
        }

        private static String unit(OrganizationsRig rig, Organization organization, String kind, String name) {
            var body = "{\"organization\": \"%s\", \"name\": \"x\"}".formatted(organization.id());
            return rig.api.put(rig.root, "/v1/" + kind + "/ext:" + name, body).at("/id");
        }

        String in(String text) {
            return text.replace("ORG", organization)
                    .replace("DEP", department)
                    .replace("TEAM", team)
                    .replace("USER", user)
                    .replace("MEM", member);
        }

        String externalIn(String text) {
            var names = name.split(" ", -1);
            return text.replace("ORG", "ext:" + names[0])
                    .replace("DEP", "ext:" + names[1] + "-d")
                    .replace("TEAM", "ext:" + names[1] + "-t")
                    .replace("USER", "ext:" + names[2])
                    .replace("MEM", "ext:" + names[2]);
        }

        static String absentIn(String text) {
            return text.replace("ORG", "org_0000000000000000")
                    .replace("DEP", "dep_0000000000000000")
                    .replace("TEAM", "team_0000000000000000")
                    .replace("USER", "usr_0000000000000000")
                    .replace("MEM", "mem_0000000000000000");
        }
    }
}
