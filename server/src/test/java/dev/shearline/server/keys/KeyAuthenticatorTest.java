package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.http.Authentication;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class KeyAuthenticatorTest {

    private static final IpAddress HERE = IpAddress.find("203.0.113.7").orElseThrow();
    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer make(String fields) {
        var answer = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"keys:*\"]," + fields + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    private static Authentication authenticate(String credential) {
        return rig.authenticator.authenticate(Secret.of(credential), HERE);
    }

    private static Actor actor(String credential) {
        assertThat(authenticate(credential)).isInstanceOf(Authentication.Authenticated.class);
        return ((Authentication.Authenticated) authenticate(credential)).actor();
    }

    private static Optional<String> refusal(String credential) {
        return authenticate(credential) instanceof Authentication.Refused(var reason)
                ? Optional.of(reason)
                : Optional.empty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type":"ci","organization":"org_acme" | all
            "type":"team","organization":"org_acme" | all
            "type":"team","department":"dep_eng" | dep_eng team_web
            "type":"team","team":"team_web" | team_web
            "type":"personal","organization":"org_acme","user":"usr_bob" | mem_bob team_web
            "type":"personal","organization":"org_acme","user":"usr_ann" | dep_eng mem_ann mem_bob team_web
            "type":"personal","organization":"org_acme","user":"usr_cid" | all
            """)
    void each_key_reaches_its_part(String fields, String audiences) {
        var key = make(fields);
        assertThat(actor(key.text("secret"))).isInstanceOfSatisfying(Actor.Key.class, found -> {
            assertThat(found.key()).hasToString(key.text("id"));
            assertThat(found.organization()).isEqualTo(KeyRig.ACME);
            // the roles of a developer hold each by its name
            assertThat(found.scopes().covers(Scope.KEYS_WRITE)).isTrue();
            assertThat(found.rights().sees())
                    .isEqualTo(
                            audiences.equals("all")
                                    ? Reach.whole()
                                    : new Reach.Audiences(Set.of(audiences.split(" "))));
        });
    }

    @Test
    void a_key_that_works_once_calls_nothing_but_itself() {
        var key = make("\"type\":\"ephemeral\",\"organization\":\"org_acme\"");
        assertThat(refusal(key.text("secret"))).isPresent();
        var self = rig.get(key.text("secret"), "/v1/keys/self");
        assertThat(self.status()).isEqualTo(200);
        assertThat(self.text("status")).isEqualTo("expiring");
        assertThat(rig.post(key.text("secret"), "/v1/keys/revoke-self", "").status())
                .isEqualTo(200);
    }

    @Test
    void an_operator_key_is_an_operator() {
        assertThat(actor(rig.operator))
                .isInstanceOfSatisfying(
                        Actor.Operator.class,
                        operator -> assertThat(operator.scopes().wire()).containsExactly("*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "shl_live_sk_",
                "shl_live_" + "sk_000000000000000000000000000000000000000000000000001",
                "\u00e9\u0000",
                "Bearer"
            })
    void junk_is_nobody(String credential) {
        assertThat(refusal(credential))
                .hasValueSatisfying(reason -> assertThat(reason).contains("not known"));
    }

    @Test
    void a_dead_key_is_refused_at_once_and_its_holder_hears_why() {
        var key = make(
                "\"type\":\"team\",\"team\":\"team_web\",\"not_before\":\"2099-01-01T00:00:00Z\",\"expires_in\":\"none\"");
        var secret = key.text("secret");
        var path = "/v1/keys/" + key.text("id");
        assertThat(refusal(secret)).hasValue("The key is not valid yet.");
        rig.patch(rig.operator, path, "{\"not_before\":null,\"expires_in\":\"1d\"}");
        assertThat(refusal(secret)).isEmpty();
        rig.post(rig.operator, path + "/disable", "");
        assertThat(refusal(secret)).hasValue("The key is disabled.");
        rig.post(rig.operator, path + "/enable", "");
        rig.clock.advance(Duration.ofDays(2));
        assertThat(refusal(secret)).hasValue("The key has expired.");
        rig.clock.advance(Duration.ofDays(-2));
        rig.post(rig.operator, path + "/revoke", "");
        assertThat(refusal(secret)).hasValue("The key is revoked.");
    }

    @Test
    void a_rotated_key_ends_with_its_grace() {
        var key = make("\"type\":\"team\",\"team\":\"team_web\"");
        rig.post(rig.operator, "/v1/keys/" + key.text("id") + "/rotate", "{\"grace\":\"1h\"}");
        assertThat(refusal(key.text("secret"))).isEmpty();
        rig.clock.advance(Duration.ofHours(2));
        assertThat(refusal(key.text("secret"))).hasValue("The key has expired.");
        rig.clock.advance(Duration.ofHours(-2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UPDATE organization SET state = 'suspended' WHERE id = 'org_acme' | UPDATE organization SET state = 'active' WHERE id = 'org_acme'
            UPDATE membership SET state = 'removed' WHERE id = 'mem_bob' | UPDATE membership SET state = 'active' WHERE id = 'mem_bob'
            UPDATE app_user SET state = 'disabled' WHERE id = 'usr_bob' | UPDATE app_user SET state = 'active' WHERE id = 'usr_bob'
            """)
    void a_key_dies_with_its_owner(String end, String restore) {
        var key = make("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\"")
                .text("secret");
        assertThat(refusal(key)).isEmpty();
        rig.schema.execute(end);
        assertThat(refusal(key)).hasValue("The owner of the key is not active.");
        rig.schema.execute(restore);
        assertThat(refusal(key)).isEmpty();
    }

    @Test
    void a_key_with_addresses_works_from_these() {
        var key = make("\"type\":\"team\",\"team\":\"team_web\",\"cidrs\":[\"203.0.113.0/24\"]")
                .text("secret");
        assertThat(refusal(key)).isEmpty();
        var elsewhere = IpAddress.find("198.51.100.1").orElseThrow();
        assertThat(rig.authenticator.authenticate(Secret.of(key), elsewhere))
                .isInstanceOf(Authentication.Refused.class);
    }

    @Test
    void a_session_lives_as_long_as_its_parent_and_its_member() {
        var parent = rig.create(
                rig.operator,
                "{\"name\":\"n\",\"scopes\":[\"keys:*\",\"embed:create\"],\"type\":\"team\",\"department\":\"dep_eng\"}");
        session("ses-embed", "embed", "", parent.text("id"), "team_web");
        assertThat(actor("ses-embed")).isInstanceOfSatisfying(Actor.Embed.class, embed -> {
            assertThat(embed.rights().sees()).isEqualTo(new Reach.Audiences(Set.of("team_web")));
            assertThat(embed.scopes().wire()).containsExactly("keys:read");
        });
        // the keys of its owner, not those of the teams below, and none beyond the parent's reach
        session("ses-above", "embed", "", parent.text("id"), "dep_eng");
        assertThat(actor("ses-above"))
                .isInstanceOfSatisfying(
                        Actor.Embed.class,
                        embed -> assertThat(embed.rights().sees()).isEqualTo(new Reach.Audiences(Set.of("dep_eng"))));
        session("ses-wide", "embed", "", parent.text("id"), "org_acme");
        assertThat(actor("ses-wide"))
                .isInstanceOfSatisfying(
                        Actor.Embed.class,
                        embed -> assertThat(embed.rights().sees()).isEqualTo(Reach.nothing()));
        session("ses-member", "member", "mem_ann", "", "mem_ann");
        assertThat(actor("ses-member")).isInstanceOfSatisfying(Actor.Member.class, member -> {
            assertThat(member.user().value()).isEqualTo("usr_ann");
            assertThat(member.rights().sees())
                    .isEqualTo(new Reach.Audiences(Set.of("mem_ann", "mem_bob", "dep_eng", "team_web")));
        });
        rig.post(rig.operator, "/v1/keys/" + parent.text("id") + "/revoke", "");
        assertThat(refusal("ses-embed"))
                .hasValueSatisfying(reason -> assertThat(reason).contains("ended"));
        rig.schema.execute("UPDATE membership SET state = 'removed' WHERE id = 'mem_ann'");
        assertThat(refusal("ses-member")).isPresent();
        rig.schema.execute("UPDATE membership SET state = 'active' WHERE id = 'mem_ann'");
        rig.clock.advance(Duration.ofHours(2));
        assertThat(refusal("ses-member")).isPresent();
        rig.clock.advance(Duration.ofHours(-2));
        assertThat(rig.get("ses-member", "/v1/keys/self").status()).isEqualTo(401);
        assertThat(rig.get("ses-member", "/v1/keys").status()).isEqualTo(200);
    }

    @Test
    void an_operators_session_is_an_operator() {
        var parent = make("\"type\":\"operator\"");
        rig.schema.execute(
                "INSERT INTO access_session (digest, kind, organization_id, parent_key_id, subject, capabilities, expires_at) VALUES (?, 'operator', 'org_instance', ?, 'x', '{keys:read,audit:read}', now() + interval '1 hour')",
                KeyDigest.of("ses-op").toBytes(),
                parent.text("id"));
        assertThat(actor("ses-op"))
                .isInstanceOfSatisfying(
                        Actor.Operator.class,
                        operator -> assertThat(operator.scopes().wire()).containsExactly("keys:read"));
    }

    private static void session(String token, String kind, String membership, String parent, String subject) {
        rig.schema.execute(
                "INSERT INTO access_session (digest, id, kind, organization_id, membership_id, parent_key_id, subject, capabilities, expires_at) VALUES (?, ?, ?, 'org_acme', NULLIF(?, ''), NULLIF(?, ''), ?, '{keys:read}', now() + interval '1 hour')",
                KeyDigest.of(token).toBytes(),
                token,
                kind,
                membership,
                parent,
                subject);
    }
}
