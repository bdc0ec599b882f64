package dev.shearline.server.plans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Callers;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.http.Json;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.orgs.References;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.TestApi;
import dev.shearline.token.ApiKeyId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class PoliciesTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PATH = "/v1/organizations/org_acme/policy";
    private static final String SOME = "{\"key_types\":{\"ci\":{\"created_by\":\"admin\",\"max_lifetime\":\"30d\","
            + "\"default_lifetime\":\"1w\",\"expiry_required\":true,\"cidrs_required\":true,"
            + "\"scopes\":{\"admin\":[\"resources:*\",\"keys:verify\"]}}},"
            + "\"unused_disable_after_days\":90,\"unused_warning_days\":14,\"rotation_due_after_days\":60}";

    private static FeedRig feed;
    private static TestApi api;
    private static String root;
    private static String owner;

    @BeforeAll
    static void start() {
        feed = FeedRig.start(1);
        var ids = new Ids(RANDOM);
        var clock = InstantSource.system();
        var changes = new Changes(
                feed.database(),
                new AuditLog(ids, RANDOM, clock),
                feed.feed(),
                feed.node(0).feed(),
                Outbox.NONE,
                Callers.AS_THEY_CAME);
        var policies = new Policies(
                feed.database(),
                changes,
                new References(feed.database()),
                new Catalog(feed.database(), changes, clock),
                new Json(),
                clock);
        api = new TestApi(new PolicyRoutes(policies)::addTo);
        root = api.credentialOf(new Actor.Operator(ApiKeyId.of(1, 1), ScopeSet.ALL));
        owner = api.credentialOf(new Actor.Key(ApiKeyId.of(1, 2), FeedRig.ACME, Reach.whole(), ScopeSet.ALL));
    }

    @AfterAll
    static void stop() {
        api.close();
        feed.close();
    }

    @BeforeEach
    void none() {
        assertThat(api.put(owner, PATH, "{}").status()).isEqualTo(200);
    }

    private static int events() {
        return Integer.parseInt(
                feed.schema()
                        .query(
                                "SELECT count(*) FROM audit_event WHERE action = 'organization.policy_changed' AND target = 'org_acme'"));
    }

    @Test
    void an_owner_says_what_the_organization_allows_itself() {
        var before = events();

        var put = api.put(owner, PATH, SOME);
        var shown = api.get(owner, PATH);

        assertThat(put.status()).as(put.toString()).isEqualTo(200);
        assertThat(put.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(shown.at("/organization")).isEqualTo("org_acme");
        assertThat(shown.body().at("/key_types/ci").toString())
                .isEqualTo("{\"created_by\":\"admin\",\"max_lifetime\":\"30d\",\"default_lifetime\":\"7d\","
                        + "\"expiry_required\":true,\"cidrs_required\":true,\"scopes\":{\"viewer\":null,"
                        + "\"developer\":null,\"admin\":[\"resources:*\",\"keys:verify\"],\"owner\":null}}");
        assertThat(shown.body().at("/key_types/personal").isNull()).isTrue();
        assertThat(shown.body().at("/unused_disable_after_days").asInt()).isEqualTo(90);
        assertThat(shown.body().at("/unused_warning_days").asInt()).isEqualTo(14);
        assertThat(shown.body().at("/rotation_due_after_days").asInt()).isEqualTo(60);
        assertThat(events()).isEqualTo(before + 1);
        assertThat(api.put(owner, PATH, SOME).status()).isEqualTo(200);
        assertThat(events()).isEqualTo(before + 1);
        assertThat(feed.schema()
                        .query("SELECT kind FROM feed_entry WHERE target = 'org_acme' ORDER BY epoch DESC LIMIT 1"))
                .isEqualTo("organization.changed");
    }

    @Test
    void patch_merges_and_put_replaces() {
        api.put(root, PATH, SOME);

        var patched = api.patch(
                owner,
                PATH,
                "{\"key_types\":{\"ci\":{\"created_by\":null},\"team\":{\"cidrs_required\":true}},\"rotation_due_after_days\":null}");
        var put = api.put(owner, PATH, "{\"rotation_due_after_days\":90}");

        assertThat(patched.status()).as(patched.toString()).isEqualTo(200);
        assertThat(patched.body().at("/key_types/ci/created_by").isNull()).isTrue();
        assertThat(patched.at("/key_types/ci/max_lifetime")).isEqualTo("30d");
        assertThat(patched.body().at("/key_types/team/cidrs_required").asBoolean())
                .isTrue();
        assertThat(patched.body().at("/rotation_due_after_days").isNull()).isTrue();
        assertThat(put.body().at("/key_types").isNull()).isTrue();
        assertThat(put.body().at("/unused_disable_after_days").isNull()).isTrue();
        assertThat(put.body().at("/rotation_due_after_days").asInt()).isEqualTo(90);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"key_types":{"ci":{"created_by":"king"}}} | key_types.ci.created_by
            {"key_types":{"ci":{"max_lifetime":"soon"}}} | key_types.ci.max_lifetime
            {"key_types":{"ci":{"max_lifetime":"11y"}}} | key_types.ci.max_lifetime
            {"key_types":{"ephemeral":{"max_lifetime":"25h"}}} | key_types.ephemeral.max_lifetime
            {"key_types":{"team":{"max_lifetime":"30d","default_lifetime":"31d"}}} | key_types.team.default_lifetime
            {"key_types":{"team":{"scopes":{"viewer":["keys"]}}}} | key_types.team.scopes.viewer[0]
            {"key_types":{"team":{"scopes":{"king":[]}}}} | key_types.team.scopes.king
            {"key_types":{"team":{"scopes":{"viewer":["no:thing"]}}}} | scopes
            {"key_types":{"operator":{}}} | key_types.operator
            {"unused_disable_after_days":1} | unused_disable_after_days
            {"unused_disable_after_days":3651} | unused_disable_after_days
            {"unused_disable_after_days":7,"unused_warning_days":7} | unused_warning_days
            {"unused_warning_days":7} | unused_warning_days
            {"rotation_due_after_days":0} | rotation_due_after_days
            {"colour":1} | colour
            """)
    void what_is_no_policy_is_refused_by_name(String body, String field) {
        var before = events();
        for (var answer : List.of(api.put(owner, PATH, body), api.patch(owner, PATH, body))) {
            assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
            assertThat(answer.at("/field")).isEqualTo(field);
        }
        assertThat(events()).isEqualTo(before);
    }

    @Test
    void it_takes_the_scope_and_the_whole_organization() {
        var reader = credential(Reach.whole(), "organizations:read", "organizations:write", "keys:write");
        var team = credential(new Reach.Audiences(Set.of("team_web")), "organizations:read", "policies:write");

        assertThat(api.get(reader, PATH).status()).isEqualTo(200);
        assertThat(api.get(team, PATH).status()).isEqualTo(200);
        assertThat(api.get(credential(Reach.whole(), "keys:read"), PATH).code()).isEqualTo("insufficient_scope");
        assertThat(api.get("", PATH).status()).isEqualTo(401);
        for (var method : List.of("PUT", "PATCH")) {
            assertThat(api.send(method, "", PATH, "{}").status()).isEqualTo(401);
            assertThat(api.send(method, reader, PATH, "{}").code()).isEqualTo("insufficient_scope");
            assertThat(api.send(method, team, PATH, "{}").code()).isEqualTo("forbidden");
        }
    }

    private static String credential(Reach reach, String... scopes) {
        return api.credentialOf(
                new Actor.Key(ApiKeyId.of(1, 9), FeedRig.ACME, reach, ScopeSet.ofWire(List.of(scopes))));
    }

    @Test
    void a_foreign_organization_is_as_absent_as_none() {
        feed.schema()
                .execute("INSERT INTO organization (id, name, plan_id, admin_audience_id)"
                        + " VALUES ('org_foreign', 'F', 'pro', 'aud_foreign') ON CONFLICT DO NOTHING");
        var absent =
                api.get(owner, "/v1/organizations/org_nobody/policy").body().toString();
        for (var id : List.of("org_foreign", "org_nobody", "ext:nobody", OrganizationId.INSTANCE.value())) {
            var path = "/v1/organizations/" + id + "/policy";
            for (var answer : List.of(api.get(owner, path), api.put(owner, path, "{}"), api.patch(owner, path, "{}"))) {
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(withoutId(answer.body().toString())).isEqualTo(withoutId(absent));
            }
        }
        assertThat(api.get(root, "/v1/organizations/org_foreign/policy").status())
                .isEqualTo(200);
        feed.schema().execute("UPDATE organization SET state = 'closed' WHERE id = 'org_foreign'");
        assertThat(api.put(root, "/v1/organizations/org_foreign/policy", "{}").code())
                .isEqualTo("invalid_state");
    }

    private static String withoutId(String body) {
        return body.replaceAll("\"request_id\":\"[^\"]*\"", "");
    }
}
