package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import dev.shearline.server.testing.TestApi.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class UnitsTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Answer department(Organization organization, String name) {
        return rig.api.post(
                rig.root,
                "/v1/departments",
                "{\"organization\": \"%s\", \"name\": \"%s\"}".formatted(organization.id(), name));
    }

    private static Answer team(Organization organization, String department, String name) {
        return rig.api.post(
                rig.root,
                "/v1/teams",
                "{\"organization\": \"%s\", \"department\": \"%s\", \"name\": \"%s\"}"
                        .formatted(organization.id(), department, name));
    }

    @Test
    void an_organizations_own_credential_makes_departments_with_teams() {
        var organization = rig.organization("acme");
        var own = rig.credentialOf(organization, "organizations:*");

        var department = rig.api.post(own, "/v1/departments", "{\"name\": \"Research\"}");
        var team = rig.api.post(
                own, "/v1/teams", "{\"name\": \"Web\", \"department\": \"%s\"}".formatted(department.at("/id")));

        assertThat(department.status()).isEqualTo(201);
        assertThat(department.at("/type")).isEqualTo("department");
        assertThat(department.at("/organization")).isEqualTo(organization.id().value());
        assertThat(team.status()).isEqualTo(201);
        assertThat(team.at("/id")).startsWith("team_");
        assertThat(team.at("/type")).isEqualTo("team");
        assertThat(team.at("/department")).isEqualTo(department.at("/id"));
        assertThat(team.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.events("department.created", department.at("/id"))).isEqualTo(1);
        assertThat(rig.events("team.created", team.at("/id"))).isEqualTo(1);
        assertThat(rig.chainOf("team.created", team.at("/id")))
                .isEqualTo(organization.id().value());
        assertThat(rig.entries("unit.changed", team.at("/id"), 1)).isEqualTo(1);
        assertThat(rig.api.get(own, "/v1/teams/" + team.at("/id")).at("/name")).isEqualTo("Web");
        assertThat(rig.api.get(own, "/v1/departments/" + team.at("/id")).status())
                .as("a team is no department")
                .isEqualTo(404);
    }

    @Test
    void an_operator_says_in_which_organization() {
        var answer = rig.api.post(rig.root, "/v1/teams", "{\"name\": \"Web\"}");
        var byExternalId = rig.api.get(rig.root, "/v1/teams/ext:web");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("/field")).isEqualTo("organization");
        assertThat(byExternalId.status()).isEqualTo(422);
        assertThat(byExternalId.at("/field")).isEqualTo("organization");
    }

    @Test
    void external_ids_are_given_by_operators_alone() {
        var organization = rig.organization("acme");

        var answer = rig.api.post(
                rig.credentialOf(organization, "*"), "/v1/teams", "{\"name\": \"Web\", \"external_id\": \"web\"}");

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void the_same_external_id_names_a_team_in_each_organization() {
        var one = rig.organization("one");
        var other = rig.organization("other");

        var first = put(one, "{\"organization\": \"%s\", \"name\": \"Web\"}");
        var second = put(other, "{\"organization\": \"%s\", \"name\": \"Web\"}");
        var found = rig.api.get(
                rig.root,
                "/v1/teams/ext:web?organization=ext:" + other.externalId().orElseThrow());

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.at("/id")).isNotEqualTo(first.at("/id"));
        assertThat(found.at("/id")).isEqualTo(second.at("/id"));
        assertThat(rig.api.get(rig.credentialOf(one, "*"), "/v1/teams/ext:web").at("/id"))
                .isEqualTo(first.at("/id"));
    }

    private static Answer put(Organization organization, String body) {
        return rig.api.put(rig.root, "/v1/teams/ext:web", body.formatted(organization.id()));
    }

    @Test
    void put_leaves_the_department_unless_it_is_mentioned() {
        var organization = rig.organization("acme");
        var department = department(organization, "Research").at("/id");

        var created = put(
                organization, "{\"organization\": \"%s\", \"name\": \"Web\", \"department\": \"" + department + "\"}");
        var renamed = put(organization, "{\"organization\": \"%s\", \"name\": \"Web 2\"}");
        var before = rig.written();
        var same = put(organization, "{\"organization\": \"%s\", \"name\": \"Web 2\"}");
        var after = rig.written();
        var out = put(organization, "{\"organization\": \"%s\", \"name\": \"Web 2\", \"department\": null}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(renamed.status()).isEqualTo(200);
        assertThat(renamed.at("/department")).isEqualTo(department);
        assertThat(same.status()).isEqualTo(200);
        assertThat(after).isEqualTo(before);
        assertThat(out.body().at("/department").isNull()).isTrue();
        assertThat(rig.events("team.updated", created.at("/id"))).isEqualTo(2);
        assertThat(rig.entries("unit.changed", created.at("/id"), 3)).isEqualTo(1);
    }

    @Test
    void an_external_id_of_a_department_names_no_team() {
        var organization = rig.organization("acme");
        rig.api.put(
                rig.root,
                "/v1/departments/ext:web",
                "{\"organization\": \"%s\", \"name\": \"Web\"}".formatted(organization.id()));

        var answer = put(organization, "{\"organization\": \"%s\", \"name\": \"Web\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("already_exists");
    }

    @Test
    void puts_of_one_team_at_once_make_one_and_none_fails() throws Exception {
        var organization = rig.organization("acme");
        Callable<String> put = () -> {
            var answer = put(organization, "{\"organization\": \"%s\", \"name\": \"Web\"}");
            return answer.status() + " " + answer.at("/id");
        };
        var answers = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var future :
                    threads.invokeAll(IntStream.range(0, 8).mapToObj(_ -> put).toList())) {
                answers.add(future.get());
            }
        }
        assertThat(answers.stream().map(answer -> answer.substring(4)).collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.startsWith("201")).hasSize(1);
    }

    @Test
    void a_team_moves_between_departments_of_its_organization_only() {
        var organization = rig.organization("acme");
        var from = department(organization, "From").at("/id");
        var to = department(organization, "To").at("/id");
        var foreign = department(rig.organization("other"), "Foreign").at("/id");
        var path = "/v1/teams/" + team(organization, from, "Web").at("/id");

        var moved = rig.api.patch(rig.root, path, "{\"department\": \"%s\"}".formatted(to));
        var refused = rig.api.patch(rig.root, path, "{\"department\": \"%s\"}".formatted(foreign));
        var out = rig.api.patch(rig.root, path, "{\"department\": null}");
        var before = rig.written();
        var nothing = rig.api.patch(rig.root, path, "{}");

        assertThat(moved.at("/department")).isEqualTo(to);
        assertThat(moved.at("/name")).isEqualTo("Web");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.at("/field")).isEqualTo("department");
        assertThat(out.body().at("/department").isNull()).isTrue();
        assertThat(nothing.status()).isEqualTo(200);
        assertThat(rig.written()).isEqualTo(before);
    }

    @Test
    void a_bad_name_is_refused_wherever_it_comes() {
        var organization = rig.organization("acme");
        var path = "/v1/teams/"
                + put(organization, "{\"organization\": \"%s\", \"name\": \"Web\"}")
                        .at("/id");
        var before = rig.written();

        var answers = List.of(
                department(organization, "a\\u0000b"),
                put(organization, "{\"organization\": \"%s\", \"name\": \" \"}"),
                rig.api.patch(rig.root, path, "{\"name\": \"\\u202e\"}"),
                rig.api.patch(rig.root, path, "{\"name\": 42}"),
                rig.api.post(rig.root, "/v1/users", "{\"name\": \"a\\nb\"}"));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.at("/field")).isEqualTo("name");
        });
        assertThat(rig.written()).isEqualTo(before);
    }

    @Test
    void departments_are_not_nested() {
        var organization = rig.organization("acme");
        var outer = department(organization, "Outer").at("/id");

        var answer = rig.api.post(
                rig.root,
                "/v1/departments",
                "{\"organization\": \"%s\", \"department\": \"%s\", \"name\": \"Inner\"}"
                        .formatted(organization.id(), outer));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("unknown_field");
    }

    @Test
    void a_department_with_teams_is_not_removed() {
        var organization = rig.organization("acme");
        var department = department(organization, "Research").at("/id");
        var team = team(organization, department, "Web").at("/id");

        var refused = rig.api.delete(rig.root, "/v1/departments/" + department);
        rig.api.delete(rig.root, "/v1/teams/" + team);
        var removed = rig.api.delete(rig.root, "/v1/departments/" + department);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("invalid_state");
        assertThat(removed.status()).isEqualTo(200);
        assertThat(rig.events("department.removed", department)).isEqualTo(1);
        assertThat(rig.entries("unit.removed", department, 2)).isEqualTo(1);
        assertThat(rig.api.get(rig.root, "/v1/departments/" + department).status())
                .isEqualTo(404);
    }

    @Test
    void with_a_team_go_its_keys_and_the_roles_at_it_however_many() {
        var organization = rig.organization("acme");
        var team = put(organization, "{\"organization\": \"%s\", \"name\": \"Web\"}")
                .at("/id");
        var member = rig.member(organization, rig.user("ada"), Role.VIEWER);
        rig.api.patch(
                rig.root,
                "/v1/members/" + member.id(),
                "{\"roles\": [{\"role\": \"viewer\"}, {\"unit\": \"%s\", \"role\": \"admin\"}]}".formatted(team));
        for (int i = 0; i < 5; i++) {
            rig.insertKey(organization.id(), team, Optional.empty());
        }

        var untouched = rig.written();
        var refused = rig.api.delete(rig.root, "/v1/teams/" + team);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/detail")).contains("has 5 keys", "?keys=revoke");
        assertThat(rig.api.delete(rig.root, "/v1/teams/" + team + "?keys=keep").status())
                .isEqualTo(422);
        assertThat(rig.written()).isEqualTo(untouched);

        var removed = rig.api.delete(rig.root, "/v1/teams/" + team + "?keys=revoke");
        var before = rig.written();
        var again = rig.api.delete(rig.root, "/v1/teams/" + team);

        assertThat(removed.status()).isEqualTo(200);
        assertThat(removed.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.liveKeysOf(team)).isZero();
        assertThat(rig.events("team.removed", team)).isEqualTo(1);
        assertThat(rig.entries("unit.removed", team, 2)).isEqualTo(1);
        assertThat(rig.entries("membership.changed", member.id(), 3)).isEqualTo(1);
        assertThat(rig.api
                        .get(rig.root, "/v1/members/" + member.id())
                        .body()
                        .at("/roles")
                        .toString())
                .isEqualTo("[{\"unit\":\"" + organization.id() + "\",\"role\":\"viewer\"}]");
        assertThat(again.status()).as("whoever lost the answer asks again").isEqualTo(200);
        assertThat(rig.written()).isEqualTo(before);
        assertThat(put(organization, "{\"organization\": \"%s\", \"name\": \"Web\"}")
                        .status())
                .as("its external id is free")
                .isEqualTo(201);
    }

    @Test
    void units_are_listed_by_organization_and_by_department() {
        var organization = rig.organization("acme");
        var department = department(organization, "Research").at("/id");
        var inside = team(organization, department, "Inside").at("/id");
        var outside = put(organization, "{\"organization\": \"%s\", \"name\": \"Outside\"}")
                .at("/id");
        team(
                rig.organization("other"),
                department(rig.organization("third"), "x").at("/id"),
                "Foreign");
        var own = rig.credentialOf(organization, "organizations:read");

        assertThat(ids(rig.api.get(own, "/v1/teams?order=asc"))).containsExactly(inside, outside);
        assertThat(ids(rig.api.get(own, "/v1/teams?department=" + department))).containsExactly(inside);
        assertThat(ids(rig.api.get(rig.root, "/v1/teams?organization=" + organization.id())))
                .containsExactly(outside, inside);
        assertThat(ids(rig.api.get(rig.root, "/v1/teams?limit=100"))).contains(inside, outside);
        assertThat(ids(rig.api.get(own, "/v1/departments"))).containsExactly(department);
        assertThat(rig.api.get(own, "/v1/departments?department=" + department).code())
                .isEqualTo("unknown_parameter");
    }

    private static List<String> ids(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        var ids = new ArrayList<String>();
        answer.body().at("/items").forEach(item -> ids.add(item.path("id").asString()));
        return ids;
    }

    @Test
    void a_closed_organization_takes_no_new_units() {
        var organization = rig.organization("acme");
        var own = organization.id();
        rig.organizations.close(rig.operator, OrganizationsRig.ref(own));

        assertThat(department(organization, "Late").status()).isEqualTo(404);
    }
}
