package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class CreateApiKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer create(String body) {
        return rig.create(rig.operator, body);
    }

    private static KeyRig.Answer team(String fields) {
        return create("{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"Web\",\"scopes\":[\"resources:read\"]"
                + fields + "}");
    }

    @Test
    void a_team_key_has_everything_that_was_asked_for() {
        var key = team("""
                , "description": "Reads", "mode": "test", "expires_in": "12h", "cidrs": ["203.0.113.0/24", "2001:db8::1"],
                "metadata": {"a": [1, {"b": null}]}, "verified_metadata": {"tier": "gold"}
                """);
        assertThat(key.status()).isEqualTo(201);
        assertThat(key.text("secret")).startsWith("shl_test_sk_").endsWith(key.text("last_four"));
        assertThat(key.text("masked")).isEqualTo(key.text("prefix") + "…" + key.text("last_four"));
        assertThat(key.text("status")).isEqualTo("expiring");
        assertThat(key.body().path("owner").toString())
                .isEqualTo("{\"type\":\"team\",\"id\":\"team_web\",\"external_id\":\"web\"}");
        assertThat(key.body().path("organization").toString())
                .isEqualTo("{\"id\":\"org_acme\",\"external_id\":\"acme\"}");
        assertThat(key.body().path("boundary")).isEqualTo(key.body().path("owner"));
        assertThat(key.body().path("cidrs").toString()).isEqualTo("[\"203.0.113.0/24\",\"2001:db8:0:0:0:0:0:1/128\"]");
        assertThat(key.body().path("metadata").toString()).isEqualTo("{\"a\":[1,{\"b\":null}]}");
        assertThat(key.body().path("verified_metadata").toString()).isEqualTo("{\"tier\":\"gold\"}");
        assertThat(key.body().path("version").asInt()).isOne();
        assertThat(key.body().path("propagation").path("complete").asBoolean()).isTrue();
        assertThat(key.body().path("epoch").asLong()).isPositive();
        assertThat(key.text("tag")).hasSize(16);
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.created 1");
    }

    @Test
    void the_answer_is_what_get_shows_without_the_secret() {
        var key = team(", \"metadata\": {\"x\": 1.5}, \"expires_in\": \"none\"");
        var shown = rig.get(rig.operator, "/v1/keys/" + key.text("id"));
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body().has("secret")).isFalse();
        shown.body()
                .properties()
                .forEach(field -> assertThat(key.body().path(field.getKey()))
                        .as(field.getKey())
                        .isEqualTo(field.getValue()));
    }

    @Test
    void the_secret_is_nowhere_in_the_database() {
        var key = team("");
        var digest = KeyDigest.of(key.text("secret"));
        assertThat(rig.column(key.text("id"), "encode(digest, 'hex')")).isEqualTo(digest.toHex());
        assertThat(rig.schema.query(
                        "SELECT count(*) FROM audit_event WHERE position(? IN convert_from(bytes, 'UTF8')) > 0",
                        key.text("secret")))
                .isEqualTo("0");
        assertThat(rig.schema.query(
                        "SELECT count(*) FROM api_key AS k WHERE position(? IN CAST(k AS text)) > 0",
                        key.text("secret")))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "type":"personal","user":"usr_bob","organization":"org_acme" | sk | user usr_bob | organization org_acme | mem_bob
            "type":"personal","user":"ext:bob","organization":"ext:acme","visibility":"publishable" | pk | user usr_bob | organization org_acme | mem_bob
            "type":"team","department":"dep_eng" | sk | department dep_eng | department dep_eng | dep_eng
            "type":"team","team":"ext:web","organization":"ext:acme" | sk | team team_web | team team_web | team_web
            "type":"team","organization":"org_acme" | sk | organization org_acme | organization org_acme | org_acme
            "type":"ci","organization":"ext:acme" | ci | organization org_acme | organization org_acme | aud_acme
            "type":"ephemeral","organization":"org_acme" | et | organization org_acme | organization org_acme | aud_acme
            "type":"operator" | op | instance org_instance | organization org_instance | aud_instance
            """)
    void each_type_has_its_owner_boundary_and_audience(
            String fields, String kind, String owner, String boundary, String audience) {
        var key = create("{" + fields + ",\"name\":\"n\",\"scopes\":[\"resources:read\"]}");
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        assertThat(key.text("secret")).startsWith("shl_live_" + kind + "_");
        var shownOwner = key.body().path("owner");
        assertThat(shownOwner.path("type").asString() + " "
                        + shownOwner.path("id").asString())
                .isEqualTo(owner);
        var shownBoundary = key.body().path("boundary");
        assertThat(shownBoundary.path("type").asString() + " "
                        + shownBoundary.path("id").asString())
                .isEqualTo(boundary);
        assertThat(rig.column(key.text("id"), "audience_id")).isEqualTo(audience);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type":"team","organization":"org_acme" | 90d
            "type":"ephemeral","organization":"org_acme" | 24h
            "type":"ci","organization":"org_thrift" | 90d
            """)
    void without_a_word_a_key_lives_90_days_or_as_long_as_its_type(String fields, String length) {
        var key = create("{" + fields + ",\"name\":\"n\",\"scopes\":[]}");
        var lifetime = Duration.between(Instant.parse(key.text("created_at")), Instant.parse(key.text("expires_at")));
        assertThat(lifetime).isEqualTo(Lifetimes.span("x", length));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type":"ephemeral","organization":"org_acme","expires_in":"25h" | expires_in | 24 hours
            "type":"ephemeral","organization":"org_acme","expires_in":"none" | expires_in | 24 hours
            "type":"team","organization":"org_acme","expires_in":"99y" | expires_in | 3650 days
            "type":"team","organization":"org_acme","expires_at":"2020-01-01T00:00:00Z" | expires_at | past
            "type":"team","organization":"org_acme","expires_at":"9999-01-01T00:00:00Z" | expires_at | 3650 days
            "type":"team","organization":"org_acme","expires_in":"1d","expires_at":"2099-01-01T00:00:00Z" | expires_at | not both
            "type":"team","organization":"org_acme","expires_in":"soon" | expires_in | 12h
            "type":"team","organization":"org_acme","expires_in":"0d" | expires_in | 12h
            "type":"team","organization":"org_acme","expires_in":"-1d" | expires_in | 12h
            "type":"team","organization":"org_acme","expires_in":"99999999999y" | expires_in | 12h
            "type":"team","organization":"org_acme","expires_in":"1d","not_before":"2099-01-01T00:00:00Z" | not_before | before
            "type":"team","organization":"org_acme","cidrs":["10.1.2.3/8"] | cidrs[0] | 10.0.0.0/8
            "type":"team","organization":"org_acme","cidrs":["10.0.0.0/8","2001:db8::1/32"] | cidrs[1] | 2001:db8:0:0:0:0:0:0/32
            "type":"team","organization":"org_acme","cidrs":["10.0.0.0/33"] | cidrs[0] | block
            "type":"team","organization":"org_acme","cidrs":["example.com"] | cidrs[0] | block
            "type":"team","organization":"org_acme","metadata":[1] | metadata | object
            "type":"team","organization":"org_acme","metadata":"x" | metadata | object
            "type":"team","organization":"org_acme","metadata":{"a":"\\u0000"} | metadata | NUL
            "type":"team","organization":"org_acme","metadata":{"a":1e999} | metadata | large
            "type":"team","organization":"org_acme","description":"a\\u0000b" | description | control
            "type":"ci","organization":"org_acme","visibility":"publishable" | visibility | publishable
            "type":"ci","team":"team_web" | team | remove
            "type":"team","organization":"org_acme","user":"usr_bob" | user | remove
            "type":"team","team":"team_web","department":"dep_eng" | department | one
            "type":"personal","organization":"org_acme" | user | required
            "type":"ci" | organization | required
            """)
    void what_cannot_be_is_refused_by_name_and_changes_nothing(String fields, String field, String says) {
        var before = rig.counts();
        var answer = create("{" + fields + ",\"name\":\"n\",\"scopes\":[]}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_field");
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains(says);
        assertThat(rig.counts()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a\\u0000b | control
            a\\nb | line
            a\\u202Eb | direction
            a\\u2066b | direction
            a\\ud83d | broken
            ~   ~ | empty
            """)
    void names_that_hide_what_they_say_are_refused(String name, String says) {
        var before = rig.counts();
        var answer = create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[],\"name\":\"" + name + "\"}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_field");
        assertThat(answer.text("field")).isEqualTo("name");
        assertThat(answer.text("detail")).contains(says);
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void names_of_every_script_and_emoji_are_kept() {
        for (var name : List.of(
                "ключ 🔑",
                "مفتاح",
                "מפתח",
                "鍵".repeat(100),
                "👨\u200d👩\u200d👧",
                "🔑".repeat(100),
                "\ufdfa".repeat(100))) {
            var key = team(",\"description\":\"" + name + "\"");
            assertThat(key.text("description")).isEqualTo(name);
            var named =
                    create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[],\"name\":\"" + name + "\"}");
            assertThat(rig.get(rig.operator, "/v1/keys/" + named.text("id")).text("name"))
                    .isEqualTo(name);
        }
    }

    @Test
    void absurd_sizes_are_refused() {
        assertThat(team(",\"description\":\"" + "x".repeat(1001) + "\"").status())
                .isEqualTo(422);
        assertThat(team(",\"metadata\":{\"a\":\"" + "x".repeat(4096) + "\"}").status())
                .isEqualTo(422);
        assertThat(team(",\"verified_metadata\":{\"a\":\"" + "é".repeat(125) + "\"}")
                        .status())
                .isEqualTo(422);
        assertThat(team(",\"cidrs\":[" + "\"10.0.0.0/8\",".repeat(50) + "\"10.0.0.0/8\"]")
                        .status())
                .isEqualTo(422);
        assertThat(team(",\"metadata\":{\"a\":\"" + "x".repeat(70_000) + "\"}").status())
                .isEqualTo(413);
        assertThat(create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[],\"name\":\"" + "x".repeat(101)
                                + "\"}")
                        .status())
                .isEqualTo(422);
        assertThat(create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":["
                                + "\"a:b\",".repeat(100) + "\"a:b\"]}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void with_a_description_alone_its_beginning_is_the_name() {
        var key = create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[],\"description\":\""
                + "🔑".repeat(150) + "\"}");
        assertThat(key.text("name")).isEqualTo("🔑".repeat(100));
        assertThat(key.text("description")).isEqualTo("🔑".repeat(150));
        var neither = create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"scopes\":[]}");
        assertThat(neither.text("field")).isEqualTo("name");
    }

    @Test
    void unknown_fields_and_wrong_types_are_refused_by_name() {
        assertThat(team(",\"color\":1").code()).isEqualTo("unknown_field");
        assertThat(create("{\"type\":\"robot\",\"name\":\"n\",\"scopes\":[]}").text("field"))
                .isEqualTo("type");
        assertThat(team(",\"cidrs\":\"10.0.0.0/8\"").text("field")).isEqualTo("cidrs");
        assertThat(create("{").status()).isEqualTo(400);
    }

    @Test
    void a_scope_that_nobody_knows_is_named() {
        for (var scope : List.of("rockets:launch", "rockets:*", "Keys:Read", "keys", "")) {
            var answer = create(
                    "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"" + scope + "\"]}");
            assertThat(answer.status()).as(scope).isEqualTo(422);
            assertThat(answer.code()).isEqualTo("unknown_scope");
            assertThat(answer.text("detail")).contains(scope);
        }
        assertThat(create(
                                "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:*\",\"*\"]}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void nobody_grants_what_they_do_not_hold() {
        var narrow = create("{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[\"keys:*\"]}")
                .text("secret");
        var answer = rig.create(
                narrow,
                "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:read\",\"audit:read\"]}");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("scope_not_held");
        assertThat(answer.text("detail")).contains("audit:read");
        assertThat(rig.create(narrow, "{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[\"keys:verify\"]}")
                        .status())
                .isEqualTo(201);
        assertThat(rig.create(narrow, "{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[\"*\"]}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void a_publishable_key_carries_publishable_scopes_only() {
        assertThat(team(",\"visibility\":\"publishable\"").text("secret")).startsWith("shl_live_pk_");
        var answer = create(
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"visibility\":\"publishable\",\"scopes\":[\"keys:read\"]}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("detail")).contains("keys:read");
    }

    @Test
    void who_has_no_credential_or_no_right_gets_nowhere() {
        assertThat(rig.create("", "{}").status()).isEqualTo(401);
        var reader = create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}")
                .text("secret");
        assertThat(rig.create(reader, "{\"type\":\"ci\",\"name\":\"n\",\"scopes\":[]}")
                        .code())
                .isEqualTo("insufficient_scope");
    }

    @Test
    void an_organizations_key_makes_keys_in_its_own_organization_only() {
        var acme = create("{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:*\"]}")
                .text("secret");
        assertThat(rig.create(acme, "{\"type\":\"ci\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}")
                        .status())
                .isEqualTo(201);
        assertThat(rig.create(acme, "{\"type\":\"team\",\"team\":\"ext:web\",\"name\":\"n\",\"scopes\":[]}")
                        .status())
                .isEqualTo(201);
        for (var foreign : List.of(
                "\"type\":\"ci\",\"organization\":\"org_other\"",
                "\"type\":\"ci\",\"organization\":\"org_nobody\"",
                "\"type\":\"ci\",\"organization\":\"ext:other\"",
                "\"type\":\"team\",\"team\":\"team_other\"",
                "\"type\":\"team\",\"team\":\"team_nobody\"",
                "\"type\":\"team\",\"team\":\"dep_eng\"",
                "\"type\":\"personal\",\"user\":\"usr_eve\"",
                "\"type\":\"personal\",\"user\":\"ext:eve\"",
                "\"type\":\"personal\",\"user\":\"ext:nobody\"",
                "\"type\":\"personal\",\"user\":\"usr_nobody\"")) {
            var answer = rig.create(acme, "{" + foreign + ",\"name\":\"n\",\"scopes\":[]}");
            assertThat(answer.status()).as(foreign).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("not_found");
        }
        assertThat(rig.create(acme, "{\"type\":\"operator\",\"name\":\"n\",\"scopes\":[]}")
                        .code())
                .isEqualTo("forbidden");
        assertThat(rig.create(
                                acme,
                                "{\"type\":\"ci\",\"organization\":{\"external_id\":\"new\",\"name\":\"New\"},\"name\":\"n\",\"scopes\":[]}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void a_teams_key_makes_keys_of_its_team_and_below_only() {
        var department = create("{\"type\":\"team\",\"department\":\"dep_eng\",\"name\":\"n\",\"scopes\":[\"keys:*\"]}")
                .text("secret");
        assertThat(rig.create(department, "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"n\",\"scopes\":[]}")
                        .status())
                .isEqualTo(201);
        for (var beyond : List.of("\"type\":\"team\",\"team\":\"team_ops\"", "\"type\":\"ci\"", "\"type\":\"team\"")) {
            assertThat(rig.create(department, "{" + beyond + ",\"name\":\"n\",\"scopes\":[]}")
                            .code())
                    .isEqualTo("forbidden");
        }
    }

    @Test
    void an_operator_provides_the_owner_with_the_key() {
        var key = create("""
                {"type": "personal", "name": "n", "scopes": [], "organization": {"external_id": "start|up", "name": "Startup"},
                 "user": {"external_id": "auth0|zoe", "name": "Zoe"}}
                """);
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        assertThat(key.body().path("organization").path("external_id").asString())
                .isEqualTo("start|up");
        assertThat(key.body().path("owner").path("external_id").asString()).isEqualTo("auth0|zoe");
        var personal = create("{\"type\":\"personal\",\"name\":\"n\",\"scopes\":[],\"user\":\"ext:auth0|zoe\"}");
        assertThat(personal.status()).as(personal.toString()).isEqualTo(201);
        assertThat(personal.body().path("organization").path("id"))
                .isNotEqualTo(key.body().path("organization").path("id"));
        var team = create("""
                {"type": "team", "name": "n", "scopes": [], "organization": "ext:start|up", "team": {"external_id": "t", "name": "T"}}
                """);
        assertThat(team.status()).as(team.toString()).isEqualTo(201);
        assertThat(team.body().path("owner").path("external_id").asString()).isEqualTo("t");
    }

    @Test
    void owners_that_are_gone_get_no_new_keys() {
        rig.schema.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id, state) VALUES ('org_halted', 'H', 'pro', 'aud_h', 'suspended')");
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, name) VALUES ('org_halted', 'org_halted', 'organization', 'H')");
        rig.schema.execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name, state) VALUES ('team_gone', 'org_acme', 'team', 'org_acme', 'G', 'removed')");
        rig.schema.execute("INSERT INTO app_user (id, state) VALUES ('usr_gone', 'active'), ('usr_off', 'disabled')");
        rig.schema.execute(
                "INSERT INTO membership (id, organization_id, user_id, state) VALUES ('mem_gone', 'org_acme', 'usr_gone', 'removed'), ('mem_off', 'org_acme', 'usr_off', 'active')");
        for (var gone : List.of(
                "\"type\":\"ci\",\"organization\":\"org_halted\"",
                "\"type\":\"team\",\"organization\":\"org_acme\",\"team\":\"team_gone\"",
                "\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_gone\"",
                "\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_off\"")) {
            var answer = create("{" + gone + ",\"name\":\"n\",\"scopes\":[]}");
            assertThat(answer.code()).as(answer.toString()).isEqualTo("invalid_state");
            assertThat(answer.status()).isEqualTo(409);
        }
    }
}
