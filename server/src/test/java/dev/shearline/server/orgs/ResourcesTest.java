package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.testing.TestApi.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class ResourcesTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static String own(Organization organization) {
        return rig.credentialOf(organization, "resources:*", "organizations:*");
    }

    private static String team(String own) {
        return rig.api.post(own, "/v1/teams", "{\"name\": \"Web\"}").at("/id");
    }

    private static String keyOfUnit(Organization organization, String unit) {
        return rig.api.credentialOf(new Actor.Key(
                OrganizationsRig.keyId(),
                organization.id(),
                new Reach.Audiences(Set.of(unit)),
                ScopeSet.ofWire(List.of("resources:*"))));
    }

    private static Answer put(String credential, String resource, String body) {
        return rig.api.put(credential, "/v1/resources/" + resource, body);
    }

    private static Answer get(String credential, String resource) {
        return rig.api.get(credential, "/v1/resources/" + resource);
    }

    private static List<String> listed(String credential, String query) {
        var names = new ArrayList<String>();
        rig.api
                .get(credential, "/v1/resources?" + query)
                .body()
                .at("/items")
                .forEach(item -> names.add(item.path("resource").asString()));
        return names;
    }

    @Test
    void an_organizations_own_credential_registers_a_resource_at_a_unit() {
        var organization = rig.organization("acme");
        var own = own(organization);
        var team = team(own);

        var made = put(own, "project/42", "{\"unit\": \"%s\", \"name\": \"Web shop\"}".formatted(team));

        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.at("/resource")).isEqualTo("project/42");
        assertThat(made.at("/type")).isEqualTo("project");
        assertThat(made.at("/external_id")).isEqualTo("42");
        assertThat(made.at("/name")).isEqualTo("Web shop");
        assertThat(made.at("/unit")).isEqualTo(team);
        assertThat(made.at("/organization")).isEqualTo(organization.id().value());
        assertThat(get(own, "project/42").body()).isEqualTo(made.body());
        assertThat(rig.events("resource.created", made.at("/id"))).isEqualTo(1);
        assertThat(rig.chainOf("resource.created", made.at("/id")))
                .isEqualTo(organization.id().value());
    }

    @Test
    void a_put_changes_what_it_names_and_writes_nothing_when_it_is_so_already() {
        var organization = rig.organization("acme");
        var own = own(organization);
        var team = team(own);
        var made = put(own, "project/42", "{\"unit\": \"%s\", \"name\": \"Shop\"}".formatted(team));
        var before = rig.written();

        var same = put(own, "project/42", "{\"unit\": \"%s\"}".formatted(team));

        assertThat(same.status()).isEqualTo(200);
        assertThat(same.body()).isEqualTo(made.body());
        assertThat(rig.written()).isEqualTo(before);

        var renamed = put(own, "project/42", "{\"name\": \"Web shop\"}");
        assertThat(renamed.at("/name")).isEqualTo("Web shop");
        assertThat(renamed.at("/unit")).isEqualTo(team);

        var cleared = put(own, "project/42", "{\"unit\": null, \"name\": null}");
        assertThat(cleared.at("/id")).isEqualTo(made.at("/id"));
        assertThat(cleared.body().at("/name").isNull()).isTrue();
        assertThat(cleared.at("/unit")).isEqualTo(organization.id().value());
        assertThat(rig.events("resource.updated", made.at("/id"))).isEqualTo(2);
    }

    @Test
    void an_operator_says_in_which_organization() {
        var organization = rig.organization("acme");
        var body = "{\"organization\": \"ext:%s\"}"
                .formatted(organization.externalId().orElseThrow());

        assertThat(put(rig.root, "project/1", "{}").at("/field")).isEqualTo("organization");
        assertThat(put(rig.root, "project/1", body).at("/unit"))
                .isEqualTo(organization.id().value());
        assertThat(get(rig.root, "project/1").at("/field")).isEqualTo("organization");
        assertThat(get(rig.root, "project/1?organization=" + organization.id()).status())
                .isEqualTo(200);
    }

    @Test
    void the_same_name_is_another_thing_elsewhere() {
        var acme = own(rig.organization("acme"));
        var other = own(rig.organization("other"));
        put(acme, "project/1", "{\"name\": \"Of Acme\"}");

        assertThat(get(other, "project/1").status()).isEqualTo(404);
        assertThat(rig.api.delete(other, "/v1/resources/project/1").status()).isEqualTo(404);
        assertThat(put(other, "project/1", "{\"name\": \"Of Other\"}").status()).isEqualTo(201);
        assertThat(get(acme, "project/1").at("/name")).isEqualTo("Of Acme");
        assertThat(put(acme, "report/1", "{}").status()).isEqualTo(201);
        assertThat(listed(other, "")).containsExactly("project/1");
    }

    @Test
    void an_id_of_the_host_may_have_slashes_spaces_and_any_script() {
        var own = own(rig.organization("acme"));

        assertThat(put(own, "repo/a%2Fb%20c%2F%C3%A9", "{}").at("/external_id")).isEqualTo("a/b c/é");
        assertThat(get(own, "repo/a%2Fb%20c%2F%C3%A9").at("/resource")).isEqualTo("repo/a/b c/é");
    }

    @ParameterizedTest
    @CsvSource({
        "Project/1, type",
        "1project/1, type",
        "project.x/1, type",
        "project/*, id",
        "project/%20x, id",
        "project/a%E2%80%AEb, id"
    })
    void what_is_no_name_is_refused(String path, String field) {
        var answer = put(own(rig.organization("acme")), path, "{}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_parameter");
        assertThat(answer.at("/field")).isEqualTo(field);
    }

    @Test
    void bad_content_is_refused_by_its_field() {
        var own = own(rig.organization("acme"));

        assertThat(put(own, "project/" + "x".repeat(256), "{}").at("/field")).isEqualTo("id");
        assertThat(put(own, "project/1", "{\"name\": \"\"}").at("/field")).isEqualTo("name");
        assertThat(put(own, "project/1", "{\"owner\": \"x\"}").code()).isEqualTo("unknown_field");
        assertThat(put(own, "project/1", "{\"unit\": \"ext:none\"}").status()).isEqualTo(404);
        assertThat(rig.api.get(own, "/v1/resources?type=Project").at("/field")).isEqualTo("type");
        assertThat(get(own, "Project/1").status()).isEqualTo(404);
    }

    @Test
    void a_key_of_a_unit_registers_there_and_nowhere_else() {
        var organization = rig.organization("acme");
        var own = own(organization);
        var web = team(own);
        var ops = team(own);
        var ofWeb = keyOfUnit(organization, web);
        put(own, "project/ops", "{\"unit\": \"%s\"}".formatted(ops));

        assertThat(put(ofWeb, "project/web", "{\"unit\": \"%s\"}".formatted(web))
                        .status())
                .isEqualTo(201);
        for (var answer : List.of(
                put(ofWeb, "project/x", "{}"),
                put(ofWeb, "project/web", "{\"unit\": \"%s\"}".formatted(ops)),
                put(ofWeb, "project/ops", "{\"unit\": \"%s\"}".formatted(web)),
                rig.api.delete(ofWeb, "/v1/resources/project/ops"))) {
            assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
        }
        assertThat(get(ofWeb, "project/ops").status()).as("it is seen").isEqualTo(200);
        assertThat(rig.api.delete(ofWeb, "/v1/resources/project/web").status()).isEqualTo(200);
    }

    @Test
    void who_sees_nothing_of_the_organization_sees_no_resource() {
        var organization = rig.organization("acme");
        put(own(organization), "project/1", "{}");
        var publishable = rig.api.credentialOf(new Actor.Key(
                OrganizationsRig.keyId(),
                organization.id(),
                Reach.nothing(),
                ScopeSet.ofWire(List.of("resources:read"))));

        assertThat(rig.api.get(publishable, "/v1/resources").status()).isEqualTo(403);
        assertThat(get(publishable, "project/1").status()).isEqualTo(403);
    }

    @Test
    void lists_run_by_type_by_unit_and_page_by_page() {
        var organization = rig.organization("acme");
        var own = own(organization);
        var team = team(own);
        IntStream.range(0, 5).forEach(i -> put(own, "project/" + i, "{}"));
        put(own, "report/1", "{\"unit\": \"%s\"}".formatted(team));
        put(own, "project/web", "{\"unit\": \"%s\"}".formatted(team));

        assertThat(listed(own, "")).hasSize(7).startsWith("project/web", "report/1");
        assertThat(listed(own, "type=report")).containsExactly("report/1");
        assertThat(listed(own, "unit=" + team + "&order=asc")).containsExactly("report/1", "project/web");
        assertThat(listed(own, "unit=" + team + "&type=project")).containsExactly("project/web");
        assertThat(listed(own, "unit=" + organization.id())).hasSize(5);
        assertThat(listed(rig.root, "organization=" + organization.id() + "&type=project&order=asc"))
                .containsExactly("project/0", "project/1", "project/2", "project/3", "project/4", "project/web");
        assertThat(listed(rig.root, "type=project&limit=1")).containsExactly("project/web");

        var first = rig.api.get(own, "/v1/resources?limit=4&order=asc");
        var rest = listed(own, "limit=4&order=asc&cursor=" + first.at("/next_cursor"));
        assertThat(rest).containsExactly("project/4", "report/1", "project/web");
        assertThat(rig.api
                        .get(own, "/v1/resources?type=project&order=asc&cursor=" + first.at("/next_cursor"))
                        .code())
                .isEqualTo("invalid_parameter");
    }

    @Test
    void a_removed_resource_is_gone_and_may_come_back() {
        var own = own(rig.organization("acme"));
        var made = put(own, "project/1", "{\"name\": \"Shop\"}");

        var removed = rig.api.delete(own, "/v1/resources/project/1");

        assertThat(removed.status()).isEqualTo(200);
        assertThat(removed.at("/name")).isEqualTo("Shop");
        assertThat(rig.events("resource.removed", made.at("/id"))).isEqualTo(1);
        assertThat(get(own, "project/1").status()).isEqualTo(404);
        assertThat(rig.api.delete(own, "/v1/resources/project/1").status()).isEqualTo(404);
        assertThat(put(own, "project/1", "{}").status()).isEqualTo(201);
    }

    @Test
    void a_unit_with_resources_is_not_removed() {
        var own = own(rig.organization("acme"));
        var team = team(own);
        put(own, "project/1", "{\"unit\": \"%s\"}".formatted(team));

        var refused = rig.api.delete(rig.root, "/v1/teams/" + team + "?keys=revoke");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/detail")).contains("resources");
        put(own, "project/1", "{\"unit\": null}");
        assertThat(rig.api.delete(own, "/v1/teams/" + team).status()).isEqualTo(200);
        assertThat(put(own, "project/1", "{\"unit\": \"%s\"}".formatted(team)).status())
                .as("a removed unit takes none")
                .isEqualTo(404);
    }
}
