package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Role;
import dev.shearline.server.testing.TestApi.Answer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class MembersTest {

    private static OrganizationsRig rig;

    @BeforeAll
    static void start() {
        rig = new OrganizationsRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Answer add(String credential, Organization organization, String user, String roles) {
        return rig.api.post(
                credential,
                "/v1/members",
                "{\"organization\": \"%s\", \"user\": %s, \"roles\": %s}".formatted(organization.id(), user, roles));
    }

    private static String named(User user) {
        return "\"" + user.id() + "\"";
    }

    @Test
    void an_operator_adds_a_user_with_roles_at_units() {
        var organization = rig.organization("acme");
        var user = rig.user("ada");
        rig.api.put(
                rig.root,
                "/v1/teams/ext:web",
                "{\"organization\": \"%s\", \"name\": \"Web\"}".formatted(organization.id()));
        var roles = "[{\"unit\": \"ext:web\", \"role\": \"admin\"}, {\"unit\": \"ext:%s\", \"role\": \"viewer\"}]"
                .formatted(organization.externalId().orElseThrow());

        var answer = add(rig.root, organization, "\"ext:" + user.externalId().orElseThrow() + "\"", roles);

        var id = answer.at("/id");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(id).startsWith("mem_");
        assertThat(answer.at("/organization")).isEqualTo(organization.id().value());
        assertThat(answer.at("/user/id")).isEqualTo(user.id().value());
        assertThat(answer.at("/user/external_id")).isEqualTo(user.externalId().orElseThrow());
        assertThat(answer.body().at("/roles").size()).isEqualTo(2);
        assertThat(answer.at("/roles/0/unit")).isEqualTo(organization.id().value());
        assertThat(answer.at("/roles/0/role")).isEqualTo("viewer");
        assertThat(answer.at("/roles/1/unit")).startsWith("team_");
        assertThat(answer.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.events("member.added", id)).isEqualTo(1);
        assertThat(rig.chainOf("member.added", id)).isEqualTo(organization.id().value());
        assertThat(rig.entries("membership.changed", id, 1)).isEqualTo(1);
        assertThat(add(rig.root, organization, named(user), "[]").code()).isEqualTo("already_exists");
    }

    @Test
    void an_operator_provisions_the_user_in_the_same_change() {
        var organization = rig.organization("acme");
        var external = OrganizationsRig.unique("42");

        var answer = add(
                rig.root,
                organization,
                "{\"external_id\": \"%s\", \"name\": \"Ada\", \"email\": \"ada@example.com\"}".formatted(external),
                "[{\"role\": \"developer\"}]");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/user/name")).isEqualTo("Ada");
        assertThat(answer.at("/roles/0/unit")).isEqualTo(organization.id().value());
        assertThat(rig.chainOf("user.created", answer.at("/user/id"))).isEqualTo("org_instance");
    }

    @Test
    void what_fails_provisions_nobody() {
        var organization = rig.organization("acme");
        var external = OrganizationsRig.unique("43");
        var before = rig.written();

        var answer = add(
                rig.root,
                organization,
                "{\"external_id\": \"%s\"}".formatted(external),
                "[{\"unit\": \"team_none\", \"role\": \"developer\"}]");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.at("/field")).isEqualTo("roles.unit");
        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.api.get(rig.root, "/v1/users/ext:" + external).status()).isEqualTo(404);
    }

    @Test
    void an_organizations_own_credential_names_members_only() {
        var organization = rig.organization("acme");
        var own = rig.credentialOf(organization, "*");

        assertThat(add(own, organization, named(rig.user("stranger")), "[]").status())
                .isEqualTo(404);
        assertThat(add(own, organization, "\"usr_none\"", "[]").status()).isEqualTo(404);
        assertThat(add(own, organization, "{\"external_id\": \"x\"}", "[]").status())
                .isEqualTo(403);
    }

    @Test
    void a_user_is_an_id_or_an_object_with_known_fields() {
        var organization = rig.organization("acme");

        var number = add(rig.root, organization, "42", "[]");
        var unknown = add(rig.root, organization, "{\"external_id\": \"x\", \"admin\": true}", "[]");
        var incomplete = add(rig.root, organization, "{\"name\": \"x\"}", "[]");

        assertThat(number.status()).isEqualTo(422);
        assertThat(number.at("/field")).isEqualTo("user");
        assertThat(unknown.code()).isEqualTo("unknown_field");
        assertThat(unknown.at("/field")).isEqualTo("user.admin");
        assertThat(incomplete.code()).isEqualTo("invalid_field");
        assertThat(incomplete.at("/field")).isEqualTo("user.external_id");
    }

    @Test
    void roles_are_replaced_and_unchanged_ones_write_nothing() {
        var organization = rig.organization("acme");
        var member = rig.member(organization, rig.user("ada"), Role.DEVELOPER);
        var path = "/v1/members/" + member.id();

        var changed = rig.api.patch(rig.root, path, "{\"roles\": [{\"role\": \"admin\"}, {\"role\": \"viewer\"}]}");
        var before = rig.written();
        var same = rig.api.patch(
                rig.root, path, "{\"roles\": [{\"role\": \"viewer\"}, {\"role\": \"admin\"}, {\"role\": \"admin\"}]}");

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body().at("/roles").findValuesAsString("role")).containsExactly("admin", "viewer");
        assertThat(same.status()).isEqualTo(200);
        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.events("member.updated", member.id())).isEqualTo(1);
        assertThat(rig.entries("membership.changed", member.id(), 2)).isEqualTo(1);
    }

    @Test
    void a_role_that_does_not_exist_is_named_with_those_that_do() {
        var member = rig.member(rig.organization("acme"), rig.user("ada"));

        var answer = rig.api.patch(rig.root, "/v1/members/" + member.id(), "{\"roles\": [{\"role\": \"king\"}]}");
        var none = rig.api.patch(rig.root, "/v1/members/" + member.id(), "{\"roles\": [null]}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("/detail")).contains("viewer, developer, admin, owner");
        assertThat(none.status()).isEqualTo(422);
    }

    @Test
    void nobody_gives_a_role_that_holds_more_than_their_credential() {
        var organization = rig.organization("acme");
        var member = rig.member(organization, rig.user("ada"), Role.VIEWER);
        var admin = rig.credentialOf(
                organization,
                "resources:*",
                "sessions:*",
                "keys:*",
                "audit:read",
                "embed:create",
                "organizations:*",
                "members:*",
                "webhooks:*");

        var owner = rig.api.patch(admin, "/v1/members/" + member.id(), "{\"roles\": [{\"role\": \"owner\"}]}");
        var developer = rig.api.patch(admin, "/v1/members/" + member.id(), "{\"roles\": [{\"role\": \"developer\"}]}");

        assertThat(owner.status()).isEqualTo(403);
        assertThat(owner.code()).isEqualTo("scope_not_held");
        assertThat(developer.status()).isEqualTo(200);
    }

    @Test
    void the_last_owner_is_demoted_or_removed_by_an_operator_only() {
        var organization = rig.organization("acme");
        var first = rig.member(organization, rig.user("ada"), Role.OWNER);
        var second = rig.member(organization, rig.user("bob"), Role.OWNER);
        var own = rig.credentialOf(organization, "*");

        assertThat(rig.api
                        .patch(own, "/v1/members/" + first.id(), "{\"roles\": []}")
                        .status())
                .isEqualTo(200);
        assertThat(rig.api
                        .patch(own, "/v1/members/" + second.id(), "{\"roles\": [{\"role\": \"admin\"}]}")
                        .code())
                .isEqualTo("invalid_state");
        assertThat(rig.api.delete(own, "/v1/members/" + second.id()).code()).isEqualTo("invalid_state");
        assertThat(rig.api.delete(rig.root, "/v1/members/" + second.id()).status())
                .isEqualTo(200);
    }

    @Test
    void with_a_membership_go_its_keys_and_it_can_begin_anew() {
        var organization = rig.organization("acme");
        var user = rig.user("ada");
        var member = rig.member(organization, user, Role.DEVELOPER);
        for (int i = 0; i < 5; i++) {
            rig.insertKey(organization.id(), organization.id().value(), Optional.of(member.id()));
        }
        var own = rig.credentialOf(organization, "members:*");

        var removed = rig.api.delete(own, "/v1/members/ext:" + user.externalId().orElseThrow());
        var before = rig.written();
        var again = rig.api.delete(own, "/v1/members/" + member.id());

        assertThat(removed.status()).isEqualTo(200);
        assertThat(removed.at("/id")).isEqualTo(member.id().value());
        assertThat(removed.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(rig.liveKeysOf(member.id().value())).isZero();
        assertThat(rig.events("member.removed", member.id())).isEqualTo(1);
        assertThat(rig.entries("membership.removed", member.id(), 2)).isEqualTo(1);
        assertThat(again.status()).isEqualTo(200);
        assertThat(rig.written()).isEqualTo(before);
        assertThat(rig.api.get(rig.root, "/v1/members/" + member.id()).status()).isEqualTo(404);
        assertThat(add(rig.root, organization, named(user), "[]").at("/id"))
                .startsWith("mem_")
                .isNotEqualTo(member.id().value());
    }

    @Test
    void members_are_listed_by_organization_and_by_user() {
        var organization = rig.organization("acme");
        var user = rig.user("ada");
        var here = rig.member(organization, user, Role.OWNER);
        var there = rig.member(rig.organization("other"), user, Role.VIEWER);
        var own = rig.credentialOf(organization, "members:read");

        var ofOrganization = rig.api.get(own, "/v1/members");
        var ofUser = rig.api.get(rig.root, "/v1/members?order=asc&user=" + user.id());
        var both = rig.api.get(rig.root, "/v1/members?user=%s&organization=%s".formatted(user.id(), organization.id()));

        assertThat(ofOrganization.body().at("/items").size()).isEqualTo(1);
        assertThat(ofOrganization.at("/items/0/id")).isEqualTo(here.id().value());
        assertThat(ofOrganization.at("/items/0/roles/0/role")).isEqualTo("owner");
        assertThat(ofUser.at("/items/0/id")).isEqualTo(here.id().value());
        assertThat(ofUser.at("/items/1/id")).isEqualTo(there.id().value());
        assertThat(both.body().at("/items").size()).isEqualTo(1);
        assertThat(rig.api.get(rig.root, "/v1/members?limit=1").at("/next_cursor"))
                .isNotEmpty();
    }
}
