package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class OrganizationsTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void an_operator_creates_an_organization_with_its_root_unit_and_admin_audience() {
        var external = OrganizationsRig.unique("acme");

        var answer = rig.api.post(
                rig.root, "/v1/organizations", "{\"name\": \"Acme\", \"external_id\": \"%s\"}".formatted(external));

        assertThat(answer.status()).isEqualTo(201);
        var id = answer.at("/id");
        assertThat(id).startsWith("org_");
        assertThat(answer.at("/external_id")).isEqualTo(external);
        assertThat(answer.at("/name")).isEqualTo("Acme");
        assertThat(answer.at("/status")).isEqualTo("active");
        assertThat(answer.at("/plan")).isEqualTo("custom");
        assertThat(answer.body().at("/personal").asBoolean(true)).isFalse();
        assertThat(answer.at("/created_at")).isEqualTo(answer.at("/updated_at")).endsWith("Z");
        assertThat(answer.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(answer.body().at("/epoch").asLong()).isPositive();
        assertThat(answer.at("/tag")).hasSize(16);
        assertThat(rig.schema().query("SELECT kind FROM unit WHERE id = ?", id)).isEqualTo("organization");
        assertThat(rig.schema().query("SELECT admin_audience_id FROM organization WHERE id = ?", id))
                .startsWith("aud_");
        assertThat(rig.events("organization.created", id)).isEqualTo(1);
        assertThat(rig.chainOf("organization.created", id)).isEqualTo(id);
        assertThat(rig.entries("organization.changed", id, 1)).isEqualTo(1);
        assertThat(rig.entries("unit.changed", id, 1)).isEqualTo(1);
    }

    @Test
    void an_external_id_is_given_once() {
        var known = rig.organization("acme").externalId().orElseThrow();

        var answer = rig.api.post(
                rig.root, "/v1/organizations", "{\"name\": \"Other\", \"external_id\": \"%s\"}".formatted(known));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("already_exists");
        assertThat(answer.at("/field")).isEqualTo("external_id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "tab\\there",
                "new\\nline",
                "nul\\u0000",
                "bell\\u0007",
                "left\\u202eright",
                "isolate\\u2066",
                "mark\\u200f",
                "half\\ud83d",
                "\\u200d\\u200d",
                "line\\u2028separator"
            })
    void a_name_that_would_deceive_or_break_is_refused(String name) {
        var before = rig.written();

        var answer = rig.api.post(rig.root, "/v1/organizations", "{\"name\": \"%s\"}".formatted(name));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_field");
        assertThat(answer.at("/field")).isEqualTo("name");
        assertThat(answer.at("/detail")).startsWith("\"name\" must");
        assertThat(rig.written()).isEqualTo(before);
    }

    @Test
    void a_name_may_have_a_hundred_characters_of_any_script_and_not_one_more() {
        var answer = rig.api.post(rig.root, "/v1/organizations", "{\"name\": \"%s\"}".formatted("🦊".repeat(100)));
        var longer = rig.api.post(rig.root, "/v1/organizations", "{\"name\": \"%s\"}".formatted("🦊".repeat(101)));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/name")).isEqualTo("🦊".repeat(100));
        assertThat(longer.status()).isEqualTo(422);
    }

    @Test
    void a_name_is_trimmed_and_composed() {
        var answer = rig.api.post(rig.root, "/v1/organizations", "{\"name\": \"  Cafe\\u0301 نور \"}");

        assertThat(answer.at("/name")).isEqualTo("Café نور");
    }

    @Test
    void put_creates_then_changes_then_writes_nothing() {
        var path = "/v1/organizations/ext:" + OrganizationsRig.unique("auth0%7Cput");

        var created = rig.api.put(rig.root, path, "{\"name\": \"One\"}");
        var renamed = rig.api.put(rig.root, path, "{\"name\": \"Two\"}");
        var before = rig.written();
        var same = rig.api.put(rig.root, path, "{\"name\": \"Two\"}");

        var id = created.at("/id");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/external_id")).startsWith("auth0|put");
        assertThat(renamed.status()).isEqualTo(200);
        assertThat(renamed.at("/id")).isEqualTo(id);
        assertThat(renamed.at("/name")).isEqualTo("Two");
        assertThat(same.status()).isEqualTo(200);
        assertThat(same.at("/updated_at")).isEqualTo(renamed.at("/updated_at"));
        assertThat(same.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.events("organization.updated", id)).isEqualTo(1);
        assertThat(rig.entries("organization.changed", id, 2)).isEqualTo(1);
        assertThat(rig.entries("unit.changed", id, 2)).isEqualTo(1);
        assertThat(rig.schema().query("SELECT name FROM unit WHERE id = ?", id)).isEqualTo("Two");
    }

    @Test
    void put_names_a_thing_by_the_hosts_id_only() {
        var organization = rig.organization("acme");

        var answer = rig.api.put(rig.root, "/v1/organizations/" + organization.id(), "{\"name\": \"x\"}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_parameter");
        assertThat(answer.at("/detail")).contains("ext:");
    }

    @Test
    void puts_of_one_external_id_at_once_make_one_organization_and_none_fails() throws Exception {
        for (int round = 0; round < 5; round++) {
            var path = "/v1/organizations/ext:" + OrganizationsRig.unique("race");
            Callable<String> put = () -> {
                var answer = rig.api.put(rig.root, path, "{\"name\": \"Race\"}");
                return answer.status() + " " + answer.at("/id");
            };
            var answers = new ArrayList<String>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var future : threads.invokeAll(
                        IntStream.range(0, 8).mapToObj(_ -> put).toList())) {
                    answers.add(future.get());
                }
            }
            assertThat(answers.stream().map(answer -> answer.substring(4)).collect(Collectors.toSet()))
                    .hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.startsWith("201")).hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.startsWith("200")).hasSize(7);
        }
    }

    @Test
    void an_organization_is_renamed_by_its_own_credential() {
        var organization = rig.organization("acme");
        var own = rig.credentialOf(organization, "organizations:write", "organizations:read");

        var answer = rig.api.patch(own, "/v1/organizations/" + organization.id(), "{\"name\": \"Acme 2\"}");
        var byExternalId = rig.api.get(
                own, "/v1/organizations/ext:" + organization.externalId().orElseThrow());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/name")).isEqualTo("Acme 2");
        assertThat(byExternalId.at("/name")).isEqualTo("Acme 2");
        assertThat(rig.events("organization.updated", organization.id())).isEqualTo(1);
    }

    @Test
    void suspending_and_closing_take_an_operator() {
        var organization = rig.organization("acme");
        var own = rig.credentialOf(organization, "*");
        var path = "/v1/organizations/" + organization.id();

        assertThat(rig.api.post(own, path + "/suspend", "").code()).isEqualTo("forbidden");
        assertThat(rig.api.post(own, path + "/resume", "").code()).isEqualTo("forbidden");
        assertThat(rig.api.delete(own, path).code()).isEqualTo("forbidden");
        assertThat(rig.api.get(own, path).at("/status")).isEqualTo("active");
    }

    @Test
    void a_suspended_organization_is_resumed() {
        var organization = rig.organization("acme");
        var path = "/v1/organizations/" + organization.id();

        var suspended = rig.api.post(rig.root, path + "/suspend", "");
        var before = rig.written();
        var again = rig.api.post(rig.root, path + "/suspend", "");
        var after = rig.written();
        var resumed = rig.api.post(rig.root, path + "/resume", "");

        assertThat(suspended.at("/status")).isEqualTo("suspended");
        assertThat(suspended.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(again.status()).isEqualTo(200);
        assertThat(after).isEqualTo(before);
        assertThat(resumed.at("/status")).isEqualTo("active");
        assertThat(rig.entries("organization.suspended", organization.id(), 2)).isEqualTo(1);
        assertThat(rig.entries("organization.changed", organization.id(), 3)).isEqualTo(1);
        assertThat(rig.events("organization.suspended", organization.id())).isEqualTo(1);
        assertThat(rig.events("organization.resumed", organization.id())).isEqualTo(1);
    }

    @Test
    void closing_is_final_and_frees_the_external_id() {
        var organization = rig.organization("acme");
        var path = "/v1/organizations/" + organization.id();
        var external = "/v1/organizations/ext:" + organization.externalId().orElseThrow();

        var closed = rig.api.delete(rig.root, path);
        var again = rig.api.delete(rig.root, path);

        assertThat(closed.at("/status")).isEqualTo("closed");
        assertThat(again.status()).isEqualTo(200);
        assertThat(rig.entries("organization.closed", organization.id(), 2)).isEqualTo(1);
        assertThat(rig.events("organization.closed", organization.id())).isEqualTo(1);
        assertThat(rig.api.post(rig.root, path + "/resume", "").code()).isEqualTo("invalid_state");
        assertThat(rig.api.patch(rig.root, path, "{\"name\": \"x\"}").code()).isEqualTo("invalid_state");
        assertThat(rig.api.get(rig.root, path).at("/status")).isEqualTo("closed");
        assertThat(rig.api.get(rig.root, external).status()).isEqualTo(404);
        var successor = rig.api.put(rig.root, external, "{\"name\": \"New\"}");
        assertThat(successor.status()).isEqualTo(201);
        assertThat(successor.at("/id")).isNotEqualTo(organization.id().value());
    }

    @Test
    void operators_page_through_all_organizations_but_the_reserved_one() {
        var expected = new HashSet<String>();
        for (int i = 0; i < 5; i++) {
            expected.add(rig.organization("page").id().value());
        }
        var closed = rig.organization("gone");
        rig.organizations.close(rig.operator, OrganizationsRig.ref(closed.id()));
        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var page = rig.api.get(rig.root, "/v1/organizations?limit=2&order=asc" + cursor);
            assertThat(page.status()).isEqualTo(200);
            page.body().at("/items").forEach(item -> seen.add(item.path("id").asString()));
            cursor = page.at("/next_cursor").isEmpty() ? "" : "&cursor=" + page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(seen).doesNotHaveDuplicates().containsAll(expected);
        assertThat(seen).doesNotContain("org_instance", closed.id().value());
        var gone = rig.api.get(rig.root, "/v1/organizations?status=closed&limit=100");
        assertThat(gone.body().toString()).contains(closed.id().value());
        assertThat(rig.api.get(rig.root, "/v1/organizations/org_instance").status())
                .isEqualTo(404);
    }

    @Test
    void the_newest_organization_comes_first() {
        var newest = rig.organization("newest");

        assertThat(rig.api.get(rig.root, "/v1/organizations?limit=1").at("/items/0/id"))
                .isEqualTo(newest.id().value());
    }

    @Test
    void an_organizations_credential_lists_only_its_own() {
        var own = rig.organization("own");

        var answer = rig.api.get(rig.credentialOf(own, "organizations:read"), "/v1/organizations");

        assertThat(answer.body().at("/items").size()).isEqualTo(1);
        assertThat(answer.at("/items/0/id")).isEqualTo(own.id().value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"status=open", "sort=name", "order=up", "limit=0", "limit=101", "cursor=AAAA"})
    void a_parameter_that_means_nothing_is_named(String parameter) {
        var answer = rig.api.get(rig.root, "/v1/organizations?" + parameter);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_parameter");
        assertThat(answer.at("/field")).isEqualTo(parameter.substring(0, parameter.indexOf('=')));
    }
}
