package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.testing.StatementCount;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the plan of an organization lets its keys be. Each test has an organization of its own. */
@Tag("storage")
class PlanRulesTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final String GIVEN = ",\"name\":\"n\",\"scopes\":[\"resources:read\"]}";

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    /** An organization with a plan, a team and a member who is everybody's Bob. */
    private static String organization(String plan) {
        var id = "org_o" + NUMBERS.incrementAndGet();
        rig.schema.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, 'O', ?, ?)",
                id,
                plan,
                "aud_" + id);
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, name) VALUES (?, ?, 'organization', 'O')", id, id);
        rig.schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES (?, ?, 'usr_bob')",
                id.replace("org_", "mem_"),
                id);
        return id;
    }

    private static KeyRig.Answer create(String organization, String type, String fields) {
        var user = type.equals("personal") ? ",\"user\":\"usr_bob\"" : "";
        return rig.create(
                rig.operator,
                "{\"type\":\"" + type + "\",\"organization\":\"" + organization + "\"" + user + fields + GIVEN);
    }

    private static KeyRig.Answer made(String organization, String type, String fields) {
        var answer = create(organization, type, fields);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    private static void assign(String organization, String body) {
        var answer = rig.patch(rig.operator, "/v1/organizations/" + organization + "/plan", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private static KeyRig.Answer plan(String organization) {
        return rig.get(rig.operator, "/v1/organizations/" + organization + "/plan");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            free, team, pro
            free, ci, pro
            free, ephemeral, custom
            pro, ephemeral, custom
            scale, ephemeral, custom
            """)
    void a_type_that_is_not_in_the_plan_is_refused_with_the_cheapest_plan_that_has_it(
            String plan, String type, String needed) {
        var organization = organization(plan);
        var before = rig.counts();

        var answer = create(organization, type, "");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("key_type_not_in_plan");
        assertThat(answer.text("field")).isEqualTo("type");
        assertThat(answer.text("plan")).isEqualTo(plan);
        assertThat(answer.text("needed_plan")).isEqualTo(needed);
        assertThat(answer.text("detail")).contains(type, plan, needed);
        assertThat(rig.counts()).isEqualTo(before);
        assertThat(made(organization, "personal", "").text("type")).isEqualTo("personal");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            pro  | ci       | "expires_in":"91d"                  | expires_in | scale | 90 days
            pro  | ci       | "expires_in":"none"                 | expires_in | scale | 90 days
            pro  | team     | "expires_in":"53w"                  | expires_in | scale | 365 days
            free | personal | "expires_in":"none"                 | expires_in | scale | 365 days
            free | personal | "expires_at":"2033-01-01T00:00:00Z" | expires_at | scale | 365 days
            """)
    void a_life_that_is_longer_than_the_plan_allows_is_refused_with_the_plan_that_allows_it(
            String plan, String type, String fields, String field, String needed, String says) {
        var answer = create(organization(plan), type, "," + fields);

        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("lifetime_not_in_plan");
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("needed_plan")).isEqualTo(needed);
        assertThat(answer.text("detail")).contains(says);
    }

    @Test
    void what_no_plan_allows_is_a_mistake_in_the_request() {
        var organization = organization("custom");
        for (var fields : new String[] {",\"expires_in\":\"11y\"", ",\"expires_at\":\"2060-01-01T00:00:00Z\""}) {
            assertThat(create(organization, "team", fields).code()).isEqualTo("invalid_field");
        }
        assertThat(create(organization, "ephemeral", ",\"expires_in\":\"none\"").code())
                .isEqualTo("invalid_field");
    }

    @Test
    void the_number_of_the_plan_is_the_most_that_live() {
        var organization = organization("pro");
        var first = made(organization, "ci", "");

        var second = create(organization, "ci", "");

        assertThat(second.status()).isEqualTo(403);
        assertThat(second.code()).isEqualTo("plan_limit_reached");
        assertThat(second.body().path("limit").asInt()).isOne();
        assertThat(second.body().path("used").asInt()).isOne();
        assertThat(second.text("plan")).isEqualTo("pro");
        assertThat(second.text("needed_plan")).isEqualTo("scale");
        assertThat(second.text("detail")).contains("includes 1 ci key, and 1 lives", "scale");
        assertThat(rig.act(first, "disable", "").status()).isEqualTo(200);
        assertThat(create(organization, "ci", "").code()).isEqualTo("plan_limit_reached");
        assertThat(rig.act(first, "revoke", "").status()).isEqualTo(200);
        assertThat(made(organization, "ci", "").text("type")).isEqualTo("ci");
    }

    @Test
    void an_expired_key_takes_no_place() {
        try (var other = new KeyRig()) {
            var body = "{\"type\":\"ci\",\"organization\":\"org_thrift\",\"expires_in\":\"1h\"" + GIVEN;
            assertThat(other.create(other.operator, body).status()).isEqualTo(201);
            assertThat(other.create(other.operator, body).code()).isEqualTo("plan_limit_reached");
            other.clock.advance(Duration.ofHours(2));
            assertThat(other.create(other.operator, body).status()).isEqualTo(201);
        }
    }

    @Test
    void a_key_and_its_successor_take_one_place_and_there_is_no_third() {
        var organization = organization("pro");
        var first = made(organization, "ci", "");

        var second = rig.act(first, "rotate", "{\"grace\":\"7d\"}");
        var third = rig.act(second, "rotate", "{\"grace\":\"7d\"}");

        assertThat(second.status()).as(second.toString()).isEqualTo(201);
        assertThat(third.status()).isEqualTo(409);
        assertThat(third.code()).isEqualTo("invalid_state");
        assertThat(third.text("detail")).contains("revoke " + first.text("id"));
        assertThat(plan(organization).body().at("/used/ci").asInt()).isOne();
        assertThat(rig.act(second, "revoke", "").status()).isEqualTo(200);
        assertThat(plan(organization).body().at("/used/ci").asInt()).isOne();
        // the first works on in its grace
        assertThat(create(organization, "ci", "").code()).isEqualTo("plan_limit_reached");
        assertThat(rig.act(first, "revoke", "").status()).isEqualTo(200);
        assertThat(made(organization, "ci", "").text("status")).isEqualTo("active");
    }

    @Test
    void whoever_rotates_without_a_grace_keeps_the_one_that_has_one_and_gets_no_second() {
        var first = made(organization("pro"), "ci", "");
        var second = rig.act(first, "rotate", "{\"grace\":\"7d\"}");
        rig.act(first, "disable", "");
        assertThat(rig.act(second, "rotate", "{\"grace\":\"1h\"}").code()).isEqualTo("invalid_state");

        var third = rig.act(second, "rotate", "{\"grace\":\"0\"}");

        assertThat(third.status()).as(third.toString()).isEqualTo(201);
        assertThat(rig.get(second.text("secret"), "/v1/keys/self").status()).isEqualTo(401);
        assertThat(rig.act(first, "enable", "").status()).isEqualTo(200);
        assertThat(rig.get(first.text("secret"), "/v1/keys/self").status()).isEqualTo(200);
        // the first is two rotations back and works all the same
        assertThat(rig.act(third, "rotate", "{\"grace\":\"1h\"}").text("detail"))
                .contains(first.text("id"));
        assertThat(rig.act(first, "revoke", "").status()).isEqualTo(200);
        assertThat(rig.act(third, "rotate", "{\"grace\":\"1h\"}").status()).isEqualTo(201);
    }

    @Test
    void a_predecessor_that_stayed_at_a_unit_out_of_sight_counts_too() {
        var first = rig.created("");
        var second = rig.act(first, "rotate", "{\"grace\":\"7d\"}");
        assertThat(rig.act(second, "move", "{\"unit\":\"team_ops\"}").status()).isEqualTo(200);
        var ops = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"team_ops\",\"name\":\"n\",\"scopes\":[\"keys:*\",\"resources:read\"]}");

        var third = rig.post(ops.text("secret"), KeyRig.path(second) + "/rotate", "");

        assertThat(third.code()).isEqualTo("invalid_state");
        assertThat(rig.post(ops.text("secret"), KeyRig.path(second) + "/rotate", "{\"grace\":\"0\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void a_credential_that_sees_a_part_is_counted_with_what_it_does_not_see() {
        var organization = organization("pro");
        assign(organization, "{\"overrides\":{\"key_types\":{\"team\":{\"max_keys\":3}}}}");
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name) VALUES (?, ?, 'team', ?, 'T')",
                organization.replace("org_", "team_"),
                organization,
                organization);
        made(organization, "team", "");
        var narrow = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"team\":\"" + organization.replace("org_", "team_")
                        + "\",\"name\":\"n\",\"scopes\":[\"keys:*\",\"resources:read\"]}");
        var body = "{\"type\":\"team\",\"team\":\"" + organization.replace("org_", "team_") + "\"" + GIVEN;

        assertThat(rig.create(narrow.text("secret"), body).status()).isEqualTo(201);
        var refused = rig.create(narrow.text("secret"), body);

        assertThat(refused.code()).isEqualTo("plan_limit_reached");
        assertThat(refused.body().path("used").asInt()).isEqualTo(3);
        assertThat(refused.text("needed_plan")).isEqualTo("scale");
    }

    @Test
    void an_override_adds_a_type_and_takes_one_away() {
        var organization = organization("free");
        assign(organization, "{\"overrides\":{\"key_types\":{\"ephemeral\":{},\"personal\":{\"max_keys\":0}}}}");

        assertThat(made(organization, "ephemeral", "").text("type")).isEqualTo("ephemeral");
        assertThat(create(organization, "personal", "").code()).isEqualTo("plan_limit_reached");
    }

    @Test
    void a_smaller_plan_kills_nothing_lists_what_is_over_and_blocks_what_is_new() {
        var organization = organization("scale");
        var keys = new KeyRig.Answer[] {
            made(organization, "ci", ",\"expires_in\":\"none\""),
            made(organization, "ci", ""),
            made(organization, "ci", "")
        };
        var team = made(organization, "team", "");
        rig.act(keys[2], "disable", "");

        assign(organization, "{\"plan\":\"pro\"}");

        var over = plan(organization).body().at("/over");
        assertThat(over.toString())
                .isEqualTo(
                        "[{\"key_type\":\"ci\",\"excess\":\"number\",\"used\":3,\"limit\":1,\"max_lifetime\":null},"
                                + "{\"key_type\":\"ci\",\"excess\":\"lifetime\",\"used\":1,\"limit\":null,\"max_lifetime\":\"90d\"}]");
        assertThat(rig.get(keys[0].text("secret"), "/v1/keys/self").status()).isEqualTo(200);
        assertThat(create(organization, "ci", "").code()).isEqualTo("plan_limit_reached");
        assertThat(rig.act(keys[2], "enable", "").code()).isEqualTo("plan_limit_reached");
        assertThat(rig.act(keys[1], "rotate", "").status()).isEqualTo(201);
        assertThat(rig.patch(rig.operator, KeyRig.path(keys[2]), "{\"expires_in\":\"1d\"}")
                        .status())
                .isEqualTo(200);

        assign(organization, "{\"plan\":\"free\"}");

        assertThat(plan(organization).body().at("/over").toString())
                .contains("{\"key_type\":\"team\",\"excess\":\"type\",\"used\":1,\"limit\":0,\"max_lifetime\":null}");
        for (var refused : new KeyRig.Answer[] {
            create(organization, "team", ""),
            rig.act(team, "rotate", ""),
            rig.patch(rig.operator, KeyRig.path(team), "{\"expires_in\":\"200d\"}"),
            rig.act(keys[2], "enable", "")
        }) {
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("key_type_not_in_plan");
            assertThat(refused.text("needed_plan")).isEqualTo("pro");
        }
        assertThat(rig.patch(rig.operator, KeyRig.path(team), "{\"expires_in\":\"5d\"}")
                        .status())
                .isEqualTo(200);
        assertThat(rig.act(team, "disable", "").status()).isEqualTo(200);
        assertThat(rig.get(keys[0].text("secret"), "/v1/keys/self").status()).isEqualTo(200);
    }

    @Test
    void a_rotation_lives_no_longer_than_the_plan_of_today_allows() {
        var organization = organization("scale");
        var endless = made(organization, "team", ",\"expires_in\":\"none\"");
        assign(organization, "{\"plan\":\"pro\"}");

        var next = rig.act(endless, "rotate", "");
        var longer = rig.patch(rig.operator, KeyRig.path(next), "{\"expires_at\":null}");

        assertThat(next.text("expires_at")).isNotEmpty();
        assertThat(longer.code()).isEqualTo("lifetime_not_in_plan");
        assertThat(longer.text("needed_plan")).isEqualTo("scale");
    }

    @Test
    void a_plan_that_is_edited_holds_from_then_on() {
        var id = "edited" + NUMBERS.incrementAndGet();
        assertThat(rig.send(rig.operator, "PUT", "/v1/plans/" + id, "{\"title\":\"E\",\"key_types\":{\"ci\":{}}}")
                        .status())
                .isEqualTo(201);
        var organization = organization(id);
        made(organization, "ci", "");
        made(organization, "ci", "");

        rig.patch(rig.operator, "/v1/plans/" + id, "{\"key_types\":{\"ci\":{\"max_keys\":2}}}");
        var refused = create(organization, "ci", "");

        assertThat(refused.code()).isEqualTo("plan_limit_reached");
        assertThat(refused.body().path("limit").asInt()).isEqualTo(2);
    }

    @Test
    void plan_and_policy_cost_a_create_no_statement_and_a_number_costs_two() {
        var organization = organization("custom");
        make(organization);
        int plain = StatementCount.of(() -> make(organization));

        var policy =
                "{\"key_types\":{\"team\":{\"max_lifetime\":\"1y\",\"default_lifetime\":\"7d\"}},\"rotation_due_after_days\":9}";
        rig.send(rig.operator, "PUT", "/v1/organizations/" + organization + "/policy", policy);
        assertThat(StatementCount.of(() -> make(organization))).isEqualTo(plain);

        assign(organization, "{\"overrides\":{\"key_types\":{\"team\":{\"max_keys\":9}}}}");
        // the terms of now, and how many live
        assertThat(StatementCount.of(() -> make(organization))).isEqualTo(plain + 2);
    }

    private static void make(String organization) {
        var wanted = NewApiKey.of(KeyType.TEAM, "n", List.of());
        var home = new OrganizationField.Named(new Ref.ById(organization));
        rig.keys.create(
                KeyRig.BOOTSTRAP,
                new NewApiKey(
                        wanted.type(),
                        wanted.name(),
                        wanted.description(),
                        Optional.of(home),
                        wanted.department(),
                        wanted.team(),
                        wanted.user(),
                        wanted.scopes(),
                        wanted.mode(),
                        wanted.visibility(),
                        wanted.expiresIn(),
                        wanted.expiresAt(),
                        wanted.notBefore(),
                        wanted.cidrs(),
                        wanted.resources(),
                        wanted.rateLimits(),
                        wanted.quota(),
                        wanted.metadata(),
                        wanted.verifiedMetadata(),
                        wanted.billedTo()),
                Attempt.UNKEYED);
    }
}
