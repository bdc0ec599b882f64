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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class PlansTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final String SMALL = "{\"title\": \"Small\", \"key_types\": {\"personal\": {}}}";

    private static FeedRig feed;
    private static TestApi api;
    private static String root;
    private static String own;

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
        var json = new Json();
        var plans = new Plans(feed.database(), changes, json, "free");
        var ofOrganizations =
                new OrganizationPlans(feed.database(), changes, new References(feed.database()), json, clock);
        api = new TestApi(new PlanRoutes(plans, ofOrganizations)::addTo);
        root = api.credentialOf(new Actor.Operator(ApiKeyId.of(1, 1), ScopeSet.ALL));
        own = api.credentialOf(new Actor.Key(ApiKeyId.of(1, 2), FeedRig.ACME, Reach.whole(), ScopeSet.ALL));
    }

    @AfterAll
    static void stop() {
        api.close();
        feed.close();
    }

    private static String unique() {
        return "plan-" + NUMBERS.incrementAndGet();
    }

    /** A plan with personal keys. */
    private static String small() {
        var id = unique();
        assertThat(api.put(root, "/v1/plans/" + id, SMALL).status()).isEqualTo(201);
        return id;
    }

    private static String events(String action, String target) {
        return feed.schema().query("SELECT count(*) FROM audit_event WHERE action = ? AND target = ?", action, target);
    }

    private static String entries(String kind, String target) {
        return feed.schema().query("SELECT count(*) FROM feed_entry WHERE kind = ? AND target = ?", kind, target);
    }

    @Test
    void the_four_plans_are_there_the_cheapest_first() {
        var plans = api.get(own, "/v1/plans");

        assertThat(plans.status()).isEqualTo(200);
        assertThat(plans.body().at("/items").findValuesAsString("id")).contains("free", "pro", "scale", "custom");
        assertThat(plans.body().at("/items").findValuesAsString("id").subList(0, 4))
                .containsExactly("free", "pro", "scale", "custom");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            free   | personal  | {"max_lifetime":"1y","no_expiry":false,"max_keys":"unlimited"}
            free   | team      | null
            free   | ci        | null
            free   | ephemeral | null
            pro    | personal  | {"max_lifetime":"1y","no_expiry":false,"max_keys":"unlimited"}
            pro    | team      | {"max_lifetime":"1y","no_expiry":false,"max_keys":"unlimited"}
            pro    | ci        | {"max_lifetime":"90d","no_expiry":false,"max_keys":1}
            pro    | ephemeral | null
            scale  | personal  | {"max_lifetime":"10y","no_expiry":true,"max_keys":"unlimited"}
            scale  | team      | {"max_lifetime":"10y","no_expiry":true,"max_keys":"unlimited"}
            scale  | ci        | {"max_lifetime":"10y","no_expiry":true,"max_keys":3}
            scale  | ephemeral | null
            custom | personal  | {"max_lifetime":"10y","no_expiry":true,"max_keys":"unlimited"}
            custom | team      | {"max_lifetime":"10y","no_expiry":true,"max_keys":"unlimited"}
            custom | ci        | {"max_lifetime":"10y","no_expiry":true,"max_keys":"unlimited"}
            custom | ephemeral | {"max_lifetime":"24h","no_expiry":false,"max_keys":"unlimited"}
            """)
    void each_includes_what_it_was_made_with(String plan, String type, String terms) {
        var shown = api.get(own, "/v1/plans/" + plan);

        assertThat(shown.body().at("/key_types").path(type).toString()).isEqualTo(terms);
        assertThat(shown.body().at("/slots/ci_token").asInt()).isEqualTo(10);
    }

    @Test
    void an_operator_makes_a_plan_that_everybody_sees() {
        var id = unique();

        var made = api.post(root, "/v1/plans", """
                {"id": "%s", "title": "Team", "rank": 25,
                 "key_types": {"personal": {}, "team": {"max_lifetime": "2y", "no_expiry": true}, "ci": {"max_keys": 5}},
                 "slots": {"developers": 7}}
                """.formatted(id));

        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.body().at("/propagation/complete").asBoolean()).isTrue();
        var shown = api.get(own, "/v1/plans/" + id);
        assertThat(shown.body().at("/key_types/personal").toString())
                .isEqualTo("{\"max_lifetime\":\"1y\",\"no_expiry\":false,\"max_keys\":\"unlimited\"}");
        assertThat(shown.body().at("/key_types/team").toString())
                .isEqualTo("{\"max_lifetime\":\"2y\",\"no_expiry\":true,\"max_keys\":\"unlimited\"}");
        assertThat(shown.body().at("/key_types/ci").toString())
                .isEqualTo("{\"max_lifetime\":\"90d\",\"no_expiry\":false,\"max_keys\":5}");
        assertThat(shown.body().at("/key_types/ephemeral").isNull()).isTrue();
        assertThat(shown.body().at("/slots").toString()).isEqualTo("{\"ci_token\":10,\"developers\":7}");
        assertThat(shown.body().at("/rank").asInt()).isEqualTo(25);
        assertThat(events("plan.created", id)).isEqualTo("1");
        assertThat(entries("plan.changed", id)).isEqualTo("1");
        assertThat(api.post(root, "/v1/plans", "{\"id\": \"%s\", \"title\": \"x\", \"key_types\": {}}".formatted(id))
                        .code())
                .isEqualTo("already_exists");
    }

    @Test
    void put_makes_a_plan_or_replaces_it_and_says_it_once() {
        var id = small();

        var same = api.put(root, "/v1/plans/" + id, SMALL);
        var other = api.put(root, "/v1/plans/" + id, "{\"title\": \"Other\", \"key_types\": {\"team\": {}}}");

        assertThat(same.status()).isEqualTo(200);
        assertThat(same.body().at("/version").asInt()).isEqualTo(1);
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.body().at("/version").asInt()).isEqualTo(2);
        assertThat(other.body().at("/key_types/personal").isNull()).isTrue();
        assertThat(events("plan.created", id)).isEqualTo("1");
        assertThat(events("plan.updated", id)).isEqualTo("1");
    }

    @Test
    void patch_merges_and_null_takes_away() {
        var id = small();

        var more = api.patch(
                root,
                "/v1/plans/" + id,
                "{\"key_types\": {\"team\": {\"max_keys\": 2}, \"personal\": {\"max_keys\": 9}}}");
        var less = api.patch(root, "/v1/plans/" + id, "{\"key_types\": {\"personal\": null}, \"title\": \"Teams\"}");

        assertThat(more.body().at("/key_types/team/max_keys").asInt()).isEqualTo(2);
        assertThat(more.body().at("/key_types/personal/max_keys").asInt()).isEqualTo(9);
        assertThat(less.body().at("/key_types/personal").isNull()).isTrue();
        assertThat(less.body().at("/key_types/team/max_keys").asInt()).isEqualTo(2);
        assertThat(less.at("/title")).isEqualTo("Teams");
        assertThat(events("plan.updated", id)).isEqualTo("2");
        assertThat(api.patch(root, "/v1/plans/" + id, "{}")
                        .body()
                        .at("/version")
                        .asInt())
                .isEqualTo(3);
        assertThat(entries("plan.changed", id)).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"key_types":{}} | title
            {"title":"x"} | key_types
            {"title":"","key_types":{}} | title
            {"title":"x","rank":-1,"key_types":{}} | rank
            {"title":"x","rank":1000001,"key_types":{}} | rank
            {"title":"x","key_types":{"operator":{}}} | key_types.operator
            {"title":"x","key_types":{"ci":{"max_keys":-1}}} | key_types.ci.max_keys
            {"title":"x","key_types":{"ci":{"max_keys":1.5}}} | key_types.ci.max_keys
            {"title":"x","key_types":{"ci":{"max_keys":1000001}}} | key_types.ci.max_keys
            {"title":"x","key_types":{"ci":{"max_keys":"many"}}} | key_types.ci.max_keys
            {"title":"x","key_types":{"ci":{"max_lifetime":"0d"}}} | key_types.ci.max_lifetime
            {"title":"x","key_types":{"ci":{"max_lifetime":"11y"}}} | key_types.ci.max_lifetime
            {"title":"x","key_types":{"ephemeral":{"max_lifetime":"25h"}}} | key_types.ephemeral.max_lifetime
            {"title":"x","key_types":{"ephemeral":{"no_expiry":true}}} | key_types.ephemeral.no_expiry
            {"title":"x","key_types":{"ci":{"colour":1}}} | key_types.ci.colour
            {"title":"x","key_types":{},"slots":{"ci_token":"x"}} | slots.ci_token
            """)
    void what_is_no_plan_is_refused_by_name(String body, String field) {
        for (var answer : List.of(api.put(root, "/v1/plans/" + unique(), body), patched(body))) {
            if (answer.status() != 200) {
                assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
                assertThat(answer.at("/field")).isEqualTo(field);
            }
        }
        assertThat(api.put(root, "/v1/plans/" + unique(), body).status()).isEqualTo(422);
    }

    private static TestApi.Answer patched(String body) {
        return api.patch(root, "/v1/plans/" + small(), body);
    }

    @Test
    void an_id_is_a_short_word() {
        for (var id : List.of("Gold", "-x", "a".repeat(41), "%C3%A4", "1st")) {
            assertThat(api.put(root, "/v1/plans/" + id, SMALL).status()).as(id).isEqualTo(422);
            assertThat(api.get(root, "/v1/plans/" + id).status()).as(id).isEqualTo(404);
        }
        assertThat(api.patch(root, "/v1/plans/nobody", "{}").status()).isEqualTo(404);
        assertThat(api.delete(root, "/v1/plans/nobody").status()).isEqualTo(404);
    }

    @Test
    void a_plan_goes_when_no_organization_has_it() {
        var id = small();
        assertThat(assign(id).status()).isEqualTo(200);

        var had = api.delete(root, "/v1/plans/" + id);
        assertThat(assign("custom").status()).isEqualTo(200);
        var gone = api.delete(root, "/v1/plans/" + id);
        var again = api.put(root, "/v1/plans/" + id, SMALL);

        assertThat(had.status()).isEqualTo(409);
        assertThat(had.code()).isEqualTo("invalid_state");
        assertThat(gone.status()).isEqualTo(200);
        assertThat(gone.at("/id")).isEqualTo(id);
        assertThat(events("plan.deleted", id)).isEqualTo("1");
        assertThat(again.status()).isEqualTo(201);
        assertThat(api.delete(root, "/v1/plans/free").at("/detail")).contains("New organizations");
        assertThat(api.delete(root, "/v1/plans/custom").code()).isEqualTo("invalid_state");
    }

    private static TestApi.Answer assign(String plan) {
        return api.patch(root, "/v1/organizations/org_acme/plan", "{\"plan\": \"" + plan + "\"}");
    }

    @Test
    void plans_are_for_operators_with_the_scope_for_it() {
        var narrow =
                api.credentialOf(new Actor.Operator(ApiKeyId.of(1, 3), ScopeSet.ofWire(List.of("organizations:*"))));
        var id = small();

        for (var call :
                List.of("POST /v1/plans", "PUT /v1/plans/" + id, "PATCH /v1/plans/" + id, "DELETE /v1/plans/" + id)) {
            var method = call.substring(0, call.indexOf(' '));
            var path = call.substring(call.indexOf(' ') + 1);
            var body = method.equals("POST") ? "{\"id\": \"x\", \"title\": \"x\", \"key_types\": {}}" : SMALL;
            assertThat(api.send(method, "", path, body).status()).as(call).isEqualTo(401);
            assertThat(api.send(method, narrow, path, body).code()).as(call).isEqualTo("insufficient_scope");
            assertThat(api.send(method, own, path, body).code()).as(call).isEqualTo("forbidden");
        }
        assertThat(api.get("", "/v1/plans").status()).isEqualTo(401);
        assertThat(api.get("", "/v1/plans/free").status()).isEqualTo(401);
        assertThat(events("plan.updated", id)).isEqualTo("0");
    }

    @Test
    void an_organization_gets_another_plan_and_what_is_agreed_with_it_besides() {
        var path = "/v1/organizations/org_acme/plan";

        var changed = api.patch(
                root,
                path,
                "{\"plan\": \"pro\", \"overrides\": {\"key_types\": {\"ci\": {\"max_keys\": 4}, \"ephemeral\": {}}}}");
        var more = api.patch(
                root,
                path,
                "{\"overrides\": {\"key_types\": {\"ci\": {\"max_lifetime\": \"1y\"}}, \"slots\": {\"ci_token\": 20}}}");
        var less = api.patch(
                root, path, "{\"overrides\": {\"key_types\": {\"ci\": {\"max_keys\": null}, \"ephemeral\": null}}}");

        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        assertThat(changed.at("/plan")).isEqualTo("pro");
        assertThat(changed.body().at("/key_types/ci/max_keys").asInt()).isEqualTo(4);
        assertThat(changed.at("/key_types/ephemeral/max_lifetime")).isEqualTo("24h");
        assertThat(changed.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(more.body().at("/key_types/ci").toString())
                .isEqualTo("{\"max_lifetime\":\"1y\",\"no_expiry\":false,\"max_keys\":4}");
        assertThat(more.body().at("/slots/ci_token").asInt()).isEqualTo(20);
        assertThat(less.body().at("/key_types/ci/max_keys").asInt()).isEqualTo(1);
        assertThat(less.body().at("/key_types/ephemeral").isNull()).isTrue();
        assertThat(api.get(own, path)
                        .body()
                        .at("/overrides/key_types/ci/max_lifetime")
                        .asString())
                .isEqualTo("1y");
        var none = api.patch(root, path, "{\"plan\": \"custom\", \"overrides\": null}");
        assertThat(none.body().at("/key_types/ci/max_lifetime").asString()).isEqualTo("10y");
        assertThat(none.body().at("/overrides").toString()).isEqualTo("{\"key_types\":null,\"slots\":null}");
        var before = events("organization.plan_changed", "org_acme");
        assertThat(api.patch(root, path, "{\"plan\": \"custom\"}").status()).isEqualTo(200);
        assertThat(events("organization.plan_changed", "org_acme"))
                .isEqualTo(before)
                .isNotEqualTo("0");
        assertThat(entries("organization.changed", "org_acme")).isNotEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"plan":"nothing"} | plan
            {"plan":1} | plan
            {"overrides":{"key_types":{"ci":{"max_keys":"x"}}}} | overrides.key_types.ci.max_keys
            {"overrides":{"key_types":{"ephemeral":{"max_lifetime":"2d"}}}} | overrides.key_types.ephemeral.max_lifetime
            {"overrides":{"colour":1}} | overrides.colour
            {"colour":1} | colour
            """)
    void what_no_organization_can_have_is_refused(String body, String field) {
        var answer = api.patch(root, "/v1/organizations/org_acme/plan", body);

        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.at("/field")).isEqualTo(field);
    }

    @Test
    void a_foreign_organization_is_as_absent_as_none() {
        feed.schema()
                .execute("INSERT INTO organization (id, name, plan_id, admin_audience_id)"
                        + " VALUES ('org_foreign', 'F', 'pro', 'aud_foreign') ON CONFLICT DO NOTHING");
        for (var id : List.of("org_foreign", "org_nobody", "ext:nobody", OrganizationId.INSTANCE.value())) {
            var path = "/v1/organizations/" + id + "/plan";
            for (var answer : List.of(api.get(own, path), api.patch(own, path, "{}"))) {
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(answer.body().toString().replaceAll("\"request_id\":\"[^\"]*\"", ""))
                        .isEqualTo(api.get(own, "/v1/plans/none")
                                .body()
                                .toString()
                                .replaceAll("\"request_id\":\"[^\"]*\"", ""));
            }
        }
        var mine = "/v1/organizations/org_acme/plan";
        assertThat(api.patch(own, mine, "{}").code()).isEqualTo("forbidden");
        assertThat(api.get("", mine).status()).isEqualTo(401);
        var reader = api.credentialOf(
                new Actor.Key(ApiKeyId.of(1, 4), FeedRig.ACME, Reach.whole(), ScopeSet.ofWire(List.of("keys:read"))));
        assertThat(api.get(reader, mine).code()).isEqualTo("insufficient_scope");
        assertThat(api.patch(reader, mine, "{}").code()).isEqualTo("insufficient_scope");
    }
}
