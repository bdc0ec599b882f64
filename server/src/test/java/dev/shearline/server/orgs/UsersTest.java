package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import java.util.ArrayList;
import java.util.Optional;
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
class UsersTest {

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
    void an_operator_creates_a_user_whose_name_stays_out_of_the_chain() {
        var external = OrganizationsRig.unique("auth0|ada");

        var answer = rig.api.post(
                rig.root,
                "/v1/users",
                "{\"external_id\": \"%s\", \"name\": \"Ada\", \"email\": \"ada@example.com\"}".formatted(external));

        var id = answer.at("/id");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(id).startsWith("usr_");
        assertThat(answer.at("/external_id")).isEqualTo(external);
        assertThat(answer.at("/name")).isEqualTo("Ada");
        assertThat(answer.at("/email")).isEqualTo("ada@example.com");
        assertThat(answer.at("/status")).isEqualTo("active");
        assertThat(rig.chainOf("user.created", id)).isEqualTo("org_instance");
        assertThat(rig.entries("user.changed", id, 1)).isEqualTo(1);
        var bytes = rig.schema().query("SELECT convert_from(bytes, 'UTF8') FROM audit_event WHERE target = ?", id);
        var personal = rig.schema()
                .query(
                        "SELECT convert_from(p.fields, 'UTF8') FROM audit_personal p JOIN audit_event e ON e.id = p.event_id"
                                + " WHERE e.target = ?",
                        id);
        assertThat(bytes)
                .doesNotContain("Ada")
                .doesNotContain("ada@example.com")
                .contains("personal");
        assertThat(personal).contains("Ada", "ada@example.com", "127.0.0.1", "shearline-test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "ada@",
                "@example.com",
                "a da@example.com",
                "ada@exa\\u0000mple",
                "a@b@c",
                "\\u202eada@example.com"
            })
    void an_email_address_has_the_shape_of_one(String email) {
        var answer = rig.api.post(rig.root, "/v1/users", "{\"email\": \"%s\"}".formatted(email));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("/field")).isEqualTo("email");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " x", "x ", "a\\u0000b", "a\\nb", "a\\u202eb", "\\ud800"})
    void an_external_id_is_printable(String external) {
        var answer = rig.api.post(rig.root, "/v1/users", "{\"external_id\": \"%s\"}".formatted(external));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("/field")).isEqualTo("external_id");
    }

    @Test
    void put_creates_then_changes_what_is_given_then_writes_nothing() {
        var path = "/v1/users/ext:" + OrganizationsRig.unique("42");

        var created = rig.api.put(rig.root, path, "{\"name\": \"Ada\", \"email\": \"ada@example.com\"}");
        var renamed = rig.api.put(rig.root, path, "{\"name\": \"Ada L.\"}");
        var before = rig.written();
        var same = rig.api.put(rig.root, path, "{\"name\": \"Ada L.\", \"email\": \"ada@example.com\"}");
        var after = rig.written();
        var cleared = rig.api.put(rig.root, path, "{\"email\": null}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(renamed.status()).isEqualTo(200);
        assertThat(renamed.at("/email")).isEqualTo("ada@example.com");
        assertThat(same.status()).isEqualTo(200);
        assertThat(after).isEqualTo(before);
        assertThat(cleared.body().at("/email").isNull()).isTrue();
        assertThat(cleared.at("/name")).isEqualTo("Ada L.");
        assertThat(rig.events("user.updated", created.at("/id"))).isEqualTo(2);
        assertThat(rig.entries("user.changed", created.at("/id"), 3)).isEqualTo(1);
    }

    @Test
    void puts_of_one_user_at_once_make_one_and_none_fails() throws Exception {
        for (int round = 0; round < 5; round++) {
            var path = "/v1/users/ext:" + OrganizationsRig.unique("race");
            Callable<String> put = () -> {
                var answer = rig.api.put(rig.root, path, "{\"name\": \"Ada\"}");
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
        }
    }

    @Test
    void an_organization_sees_its_members_and_changes_none_of_them() {
        var organization = rig.organization("acme");
        var ada = rig.user("ada");
        rig.member(organization, ada, Role.OWNER);
        var stranger = rig.user("stranger");
        var own = rig.credentialOf(organization, "*");

        var list = rig.api.get(own, "/v1/users");

        assertThat(list.body().at("/items").size()).isEqualTo(1);
        assertThat(list.at("/items/0/id")).isEqualTo(ada.id().value());
        assertThat(rig.api
                        .get(own, "/v1/users/ext:" + ada.externalId().orElseThrow())
                        .status())
                .isEqualTo(200);
        assertThat(rig.api
                        .patch(own, "/v1/users/" + ada.id(), "{\"name\": \"Eve\"}")
                        .code())
                .isEqualTo("forbidden");
        assertThat(rig.api.post(own, "/v1/users/" + ada.id() + "/disable", "").code())
                .isEqualTo("forbidden");
        assertThat(rig.api.post(own, "/v1/users/" + ada.id() + "/enable", "").code())
                .isEqualTo("forbidden");
        assertThat(rig.api.delete(own, "/v1/users/" + ada.id()).code()).isEqualTo("forbidden");
        assertThat(rig.api.get(rig.root, "/v1/users?limit=100").body().toString())
                .contains(ada.id().value(), stranger.id().value());
    }

    @Test
    void a_user_changes_their_own_name_without_any_scope_and_nobody_elses() {
        var organization = rig.organization("acme");
        var ada = rig.member(organization, rig.user("ada"), Role.VIEWER);
        var bob = rig.member(organization, rig.user("bob"), Role.VIEWER);
        var credential = rig.credentialOf(ada);

        var own = rig.api.patch(credential, "/v1/users/" + ada.user().id(), "{\"name\": \"Ada Lovelace\"}");
        var other = rig.api.patch(credential, "/v1/users/" + bob.user().id(), "{\"name\": \"Eve\"}");

        assertThat(own.status()).isEqualTo(200);
        assertThat(own.at("/name")).isEqualTo("Ada Lovelace");
        assertThat(other.status()).isEqualTo(403);
        assertThat(rig.events("user.updated", ada.user().id())).isEqualTo(1);
    }

    @Test
    void a_disabled_user_is_enabled_again() {
        var path = "/v1/users/" + rig.user("ada").id();

        var disabled = rig.api.post(rig.root, path + "/disable", "");
        var before = rig.written();
        rig.api.post(rig.root, path + "/disable", "");
        var after = rig.written();
        var enabled = rig.api.post(rig.root, path + "/enable", "");

        var id = disabled.at("/id");
        assertThat(disabled.at("/status")).isEqualTo("disabled");
        assertThat(disabled.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(after).isEqualTo(before);
        assertThat(enabled.at("/status")).isEqualTo("active");
        assertThat(rig.entries("user.disabled", id, 2)).isEqualTo(1);
        assertThat(rig.entries("user.changed", id, 3)).isEqualTo(1);
        assertThat(rig.chainOf("user.disabled", id)).isEqualTo("org_instance");
        assertThat(rig.events("user.enabled", id)).isEqualTo(1);
    }

    @Test
    void with_a_user_go_their_memberships_keys_and_personal_organization() {
        var user = rig.user("ada");
        var one = rig.member(rig.organization("one"), user, Role.OWNER);
        var other = rig.member(rig.organization("other"), user, Role.VIEWER);
        var personal = rig.provisioning.personalOrganization(rig.operator, OrganizationsRig.ref(user.id()));
        for (int i = 0; i < 5; i++) {
            rig.insertKey(one.organization(), one.organization().value(), Optional.of(one.id()));
        }

        var removed = rig.api.delete(rig.root, "/v1/users/" + user.id());
        var before = rig.written();
        var again = rig.api.delete(rig.root, "/v1/users/" + user.id());

        assertThat(removed.at("/status")).isEqualTo("removed");
        assertThat(removed.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.liveKeysOf(one.id().value())).isZero();
        assertThat(rig.events("user.removed", user.id())).isEqualTo(1);
        assertThat(rig.entries("user.disabled", user.id(), 2)).isEqualTo(1);
        assertThat(rig.events("member.removed", one.id())).isEqualTo(1);
        assertThat(rig.chainOf("member.removed", one.id()))
                .isEqualTo(one.organization().value());
        assertThat(rig.entries("membership.removed", other.id(), 2)).isEqualTo(1);
        assertThat(rig.api.get(rig.root, "/v1/organizations/" + personal).at("/status"))
                .isEqualTo("closed");
        assertThat(rig.api.get(rig.root, "/v1/users/" + user.id()).status()).isEqualTo(404);
        assertThat(again.status()).isEqualTo(200);
        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.api
                        .put(rig.root, "/v1/users/ext:" + user.externalId().orElseThrow(), "{}")
                        .status())
                .as("the external id is free")
                .isEqualTo(201);
    }

    @Test
    void a_user_who_is_being_removed_gets_no_new_membership() throws Exception {
        for (int round = 0; round < 5; round++) {
            var user = rig.user("ada");
            var organization = rig.organization("acme");
            var body = "{\"organization\": \"%s\", \"user\": \"%s\"}".formatted(organization.id(), user.id());
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var adding = threads.submit(() -> rig.api.post(rig.root, "/v1/members", body));
                var removing = threads.submit(() -> rig.api.delete(rig.root, "/v1/users/" + user.id()));
                assertThat(adding.get().status()).isIn(201, 404);
                assertThat(removing.get().status()).isEqualTo(200);
            }
            assertThat(rig.count(
                            "SELECT count(*) FROM membership WHERE user_id = ? AND state = 'active'",
                            user.id().value()))
                    .isZero();
        }
    }
}
