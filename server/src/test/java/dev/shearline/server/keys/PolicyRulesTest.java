package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Acme allows itself. Ann administers Engineering, Bob develops Web, Cid owns the organization. */
@Tag("storage")
class PolicyRulesTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @BeforeEach
    void none() {
        policy("org_acme", "{}");
    }

    private static void policy(String organization, String body) {
        var answer = rig.send(rig.operator, "PUT", "/v1/organizations/" + organization + "/policy", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private static String of(String type, String rules) {
        return "{\"key_types\":{\"" + type + "\":{" + rules + "}}}";
    }

    private static KeyRig.Answer team(String credential, String fields) {
        return rig.create(
                credential,
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[\"resources:read\"]" + fields
                        + "}");
    }

    /** A personal key that makes keys. */
    private static String personal(String user) {
        var answer = rig.create(
                rig.operator,
                "{\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"" + user
                        + "\",\"name\":\"n\",\"scopes\":[\"keys:*\",\"resources:*\"]}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer.text("secret");
    }

    private static void violated(KeyRig.Answer answer, String field, String says) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("policy_violated");
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains("policy", says);
    }

    private static Duration life(KeyRig.Answer key) {
        return Duration.between(Instant.parse(key.text("created_at")), Instant.parse(key.text("expires_at")));
    }

    @Test
    void a_life_that_is_longer_than_the_policy_allows_is_refused() {
        policy("org_acme", of("team", "\"max_lifetime\":\"30d\",\"default_lifetime\":\"1w\""));
        var before = rig.counts();

        violated(team(rig.operator, ",\"expires_in\":\"31d\""), "expires_in", "30 days");
        violated(team(rig.operator, ",\"expires_at\":\"2060-01-01T00:00:00Z\""), "expires_at", "30 days");
        violated(team(rig.operator, ",\"expires_in\":\"none\""), "expires_in", "30 days");
        assertThat(rig.counts()).isEqualTo(before);

        assertThat(life(team(rig.operator, ""))).isEqualTo(Duration.ofDays(7));
        var longest = team(rig.operator, ",\"expires_in\":\"30d\"");
        assertThat(life(longest)).isEqualTo(Duration.ofDays(30));
        violated(rig.patch(rig.operator, KeyRig.path(longest), "{\"expires_at\":null}"), "expires_in", "30 days");
    }

    @Test
    void an_expiry_can_be_made_a_must() {
        policy("org_acme", of("team", "\"expiry_required\":true"));

        violated(team(rig.operator, ",\"expires_in\":\"none\""), "expires_in", "live at most 3650 days");
        assertThat(life(team(rig.operator, ""))).isEqualTo(Duration.ofDays(90));
        assertThat(life(team(rig.operator, ",\"expires_in\":\"9y\""))).isEqualTo(Duration.ofDays(9 * 365));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30d | 60d  | policy_violated
            30d | 120d | policy_violated
            90d | 120d | lifetime_not_in_plan
            1y  | 120d | lifetime_not_in_plan
            """)
    void where_plan_and_policy_bind_the_narrower_is_named(String allowed, String asked, String code) {
        policy("org_thrift", of("ci", "\"max_lifetime\":\"" + allowed + "\""));
        var answer = rig.create(
                rig.operator,
                "{\"type\":\"ci\",\"organization\":\"org_thrift\",\"name\":\"n\",\"scopes\":[],\"expires_in\":\""
                        + asked + "\"}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void a_policy_adds_nothing_to_the_plan() {
        policy("org_thrift", of("ephemeral", "\"max_lifetime\":\"1h\""));

        assertThat(rig.create(
                                rig.operator,
                                "{\"type\":\"ephemeral\",\"organization\":\"org_thrift\",\"name\":\"n\",\"scopes\":[]}")
                        .code())
                .isEqualTo("key_type_not_in_plan");
        policy("org_thrift", "{}");
    }

    @Test
    void addresses_can_be_made_a_must() {
        var open = team(rig.operator, "");
        policy("org_acme", of("team", "\"cidrs_required\":true"));

        violated(team(rig.operator, ""), "cidrs", "addresses");
        violated(team(rig.operator, ",\"cidrs\":[]"), "cidrs", "addresses");
        var limited = team(rig.operator, ",\"cidrs\":[\"10.0.0.0/8\"]");
        assertThat(limited.status()).isEqualTo(201);
        violated(rig.patch(rig.operator, KeyRig.path(limited), "{\"cidrs\":[]}"), "cidrs", "addresses");
        violated(rig.act(open, "rotate", ""), "cidrs", "addresses");
        assertThat(rig.act(limited, "rotate", "").status()).isEqualTo(201);
        // what is there goes on, and may be told so
        assertThat(rig.patch(rig.operator, KeyRig.path(open), "{\"name\":\"old\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void blocks_that_hold_every_address_are_none() {
        var open = team(rig.operator, ",\"cidrs\":[\"0.0.0.0/0\"]");
        assertThat(open.status()).as("without a policy").isEqualTo(201);
        policy("org_acme", of("team", "\"cidrs_required\":true"));

        for (var all : new String[] {
            "\"0.0.0.0/0\"", "\"::/0\",\"10.0.0.0/8\"", "\"0.0.0.0/1\",\"128.0.0.0/1\"", "\"::/1\",\"8000::/1\""
        }) {
            violated(team(rig.operator, ",\"cidrs\":[" + all + "]"), "cidrs", "every address");
        }
        violated(rig.act(open, "rotate", ""), "cidrs", "every address");
        violated(rig.act(open, "move", "{\"unit\":\"team_ops\"}"), "cidrs", "every address");
        var half = team(rig.operator, ",\"cidrs\":[\"0.0.0.0/1\"]");
        assertThat(half.status()).isEqualTo(201);
        violated(
                rig.patch(rig.operator, KeyRig.path(half), "{\"cidrs\":[\"0.0.0.0/1\",\"128.0.0.0/1\"]}"),
                "cidrs",
                "every address");
    }

    @Test
    void a_rotation_an_import_and_a_move_are_held_to_who_may_make_such_a_key_and_give_its_scopes() {
        var ann = personal("usr_ann");
        var cid = personal("usr_cid");
        var key = team(rig.operator, "");
        var imports = new ImportRig(rig);
        var item = ImportRig.item(ImportRig.hex(ImportRig.foreign()), "");

        for (var rule : new String[] {"\"created_by\":\"owner\"", "\"scopes\":{\"admin\":[\"resources:write\"]}"}) {
            policy("org_acme", of("team", rule));
            var field = rule.contains("created_by") ? "type" : "scopes";
            violated(rig.post(ann, KeyRig.path(key) + "/rotate", ""), field, "admin");
            violated(rig.post(ann, KeyRig.path(key) + "/move", "{\"unit\":\"dep_eng\"}"), field, "admin");
            assertThat(ImportRig.text(ImportRig.row(imports.imported(ann, item), 0), "code"))
                    .isEqualTo("policy_violated");
        }
        assertThat(ImportRig.text(ImportRig.row(imports.imported(cid, item), 0), "status"))
                .isEqualTo("imported");
        assertThat(rig.post(cid, KeyRig.path(key) + "/move", "{\"unit\":\"dep_eng\"}")
                        .status())
                .isEqualTo(200);
        assertThat(rig.post(cid, KeyRig.path(key) + "/rotate", "").status()).isEqualTo(201);
    }

    @Test
    void a_rotation_lives_no_longer_than_the_policy_of_today_allows() {
        var endless = team(rig.operator, ",\"expires_in\":\"none\"");
        policy("org_acme", of("team", "\"max_lifetime\":\"10d\""));

        assertThat(life(rig.act(endless, "rotate", ""))).isEqualTo(Duration.ofDays(10));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            viewer, usr_bob, true
            developer, usr_bob, true
            admin, usr_bob, false
            owner, usr_bob, false
            admin, usr_ann, true
            owner, usr_ann, false
            owner, usr_cid, true
            """)
    void the_least_role_of_who_makes_a_key_is_the_policys(String least, String user, boolean may) {
        var credential = personal(user);
        policy("org_acme", of("personal", "\"created_by\":\"" + least + "\""));

        var answer = rig.create(
                credential,
                "{\"type\":\"personal\",\"user\":\"" + user + "\",\"name\":\"n\",\"scopes\":[\"resources:read\"]}");

        if (may) {
            assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        } else {
            violated(answer, "type", least);
        }
    }

    @Test
    void a_key_that_is_no_members_counts_as_a_developers_and_an_operator_as_nobodys() {
        var credential = rig.create(
                        rig.operator,
                        "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[\"keys:*\",\"resources:*\"]}")
                .text("secret");

        policy("org_acme", of("team", "\"created_by\":\"admin\""));
        violated(team(credential, ""), "type", "admin");
        assertThat(team(rig.operator, "").status()).isEqualTo(201);

        policy("org_acme", of("team", "\"created_by\":\"developer\",\"scopes\":{\"developer\":[\"resources:read\"]}"));
        assertThat(team(credential, "").status()).isEqualTo(201);
        violated(
                rig.create(
                        credential,
                        "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[\"resources:write\"]}"),
                "scopes",
                "resources:write");
    }

    @Test
    void each_role_gives_the_scopes_that_the_policy_lets_it_give() {
        var bob = personal("usr_bob");
        var cid = personal("usr_cid");
        policy("org_acme", of("personal", "\"scopes\":{\"developer\":[\"resources:read\"]}"));
        var write = ",\"name\":\"n\",\"scopes\":[\"resources:read\",\"resources:write\"]}";

        violated(rig.create(bob, "{\"type\":\"personal\",\"user\":\"usr_bob\"" + write), "scopes", "resources:write");
        assertThat(rig.create(cid, "{\"type\":\"personal\",\"user\":\"usr_cid\"" + write)
                        .status())
                .isEqualTo(201);
        var narrow = rig.create(
                bob, "{\"type\":\"personal\",\"user\":\"usr_bob\",\"name\":\"n\",\"scopes\":[\"resources:read\"]}");
        assertThat(narrow.status()).isEqualTo(201);
        violated(
                rig.patch(bob, KeyRig.path(narrow), "{\"scopes\":[\"resources:read\",\"resources:write\"]}"),
                "scopes",
                "developer");
        assertThat(rig.patch(bob, KeyRig.path(narrow), "{\"scopes\":[]}").status())
                .isEqualTo(200);
    }
}
