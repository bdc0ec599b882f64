package dev.shearline.server.plans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Callers;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.TestApi;
import dev.shearline.token.ApiKeyId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class CatalogTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static FeedRig feed;
    private static Catalog catalog;
    private static TestApi api;
    private static String root;
    private static String own;

    @BeforeAll
    static void start() {
        feed = FeedRig.start(1);
        var ids = new Ids(RANDOM);
        var clock = InstantSource.system();
        var audit = new AuditLog(ids, RANDOM, clock);
        catalog = new Catalog(
                feed.database(),
                new Changes(
                        feed.database(), audit, feed.feed(), feed.node(0).feed(), Outbox.NONE, Callers.AS_THEY_CAME),
                clock);
        api = new TestApi(new CatalogRoutes(catalog)::addTo);
        root = api.credentialOf(new Actor.Operator(ApiKeyId.of(1, 1), ScopeSet.ALL));
        own = api.credentialOf(new Actor.Key(ApiKeyId.of(1, 2), FeedRig.ACME, Reach.whole(), ScopeSet.ALL));
    }

    @AfterAll
    static void stop() {
        api.close();
        feed.close();
    }

    private static String unique(String resource) {
        return resource + NUMBERS.incrementAndGet() + ":write";
    }

    private static String define(String name) {
        var answer = api.post(root, "/v1/scopes", "{\"name\": \"%s\", \"title\": \"Title\"}".formatted(name));
        assertThat(answer.status()).isEqualTo(201);
        return name;
    }

    @Test
    void an_operator_defines_a_scope_that_everybody_sees() {
        var name = unique("deployments");

        var answer = api.post(root, "/v1/scopes", """
                {"name": "%s", "title": "Deploy", "description": "Roll out.\\nAnd back.", "roles": ["admin", "owner"],
                 "publishable": true}
                """.formatted(name));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/name")).isEqualTo(name);
        assertThat(answer.at("/description")).isEqualTo("Roll out.\nAnd back.");
        assertThat(answer.at("/roles/1")).isEqualTo("owner");
        assertThat(answer.body().at("/publishable").asBoolean()).isTrue();
        assertThat(answer.body().at("/built_in").asBoolean(true)).isFalse();
        assertThat(answer.body().at("/propagation/complete").asBoolean()).isTrue();
        assertThat(api.get(own, "/v1/scopes/" + name).at("/title")).isEqualTo("Deploy");
        assertThat(events("scope.created", name)).isEqualTo("1");
        assertThat(
                        feed.schema()
                                .query(
                                        "SELECT count(*) FROM feed_entry WHERE kind = 'catalog.changed' AND target = 'instance'"))
                .isNotEqualTo("0");
        assertThat(api.get(own, "/v1/roles").body().toString()).contains(name);
        assertThat(api.post(root, "/v1/scopes", "{\"name\": \"%s\", \"title\": \"x\"}".formatted(name))
                        .code())
                .isEqualTo("already_exists");
    }

    private static String events(String action, String name) {
        return feed.schema()
                .query(
                        "SELECT count(*) FROM audit_event WHERE action = ? AND target = ? AND organization_id = 'org_instance'",
                        action,
                        name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": \"keys\", \"title\": \"x\"}",
                "{\"name\": \"Keys:Read\", \"title\": \"x\"}",
                "{\"name\": \"a:b\\u0000\", \"title\": \"x\"}",
                "{\"name\": \"a:*\", \"title\": \"x\"}",
                "{\"name\": \"*\", \"title\": \"x\"}",
                "{\"name\": \"a:b\"}",
                "{\"name\": \"a:b\", \"title\": \"\"}",
                "{\"name\": \"a:b\", \"title\": \"\\u202e\"}",
                "{\"name\": \"a:b\", \"title\": \"x\", \"roles\": [\"king\"]}",
                "{\"name\": \"a:b\", \"title\": \"x\", \"roles\": [null]}",
                "{\"name\": \"a:b\", \"title\": \"x\", \"publishable\": \"yes\"}"
            })
    void what_is_no_scope_is_refused(String body) {
        var answer = api.post(root, "/v1/scopes", body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("invalid_field");
    }

    @Test
    void scopes_are_defined_by_operators_with_the_scope_for_it() {
        var narrow =
                api.credentialOf(new Actor.Operator(ApiKeyId.of(1, 3), ScopeSet.ofWire(List.of("organizations:*"))));
        var body = "{\"name\": \"a:b\", \"title\": \"x\"}";

        assertThat(api.post("", "/v1/scopes", body).status()).isEqualTo(401);
        assertThat(api.post(narrow, "/v1/scopes", body).code()).isEqualTo("insufficient_scope");
        assertThat(api.post(own, "/v1/scopes", body).code()).isEqualTo("forbidden");
        assertThat(api.patch(own, "/v1/scopes/keys:read", "{}").code()).isEqualTo("forbidden");
        assertThat(api.delete(own, "/v1/scopes/keys:read").code()).isEqualTo("forbidden");
        assertThat(api.get("", "/v1/scopes").status()).isEqualTo(401);
        assertThat(api.get("", "/v1/roles").status()).isEqualTo(401);
    }

    @Test
    void built_in_scopes_stay_as_they_are() {
        assertThat(api.patch(root, "/v1/scopes/keys:read", "{\"title\": \"x\"}").code())
                .isEqualTo("invalid_state");
        assertThat(api.delete(root, "/v1/scopes/keys:read").code()).isEqualTo("invalid_state");
        assertThat(api.delete(root, "/v1/scopes/no:thing").code()).isEqualTo("not_found");
        assertThat(api.get(root, "/v1/scopes/nothing").code()).isEqualTo("not_found");
    }

    @Test
    void a_scope_is_changed_but_for_its_name() {
        var name = define(unique("things"));

        var changed = api.patch(root, "/v1/scopes/" + name, "{\"title\": \"New\", \"roles\": [\"viewer\"]}");
        var before = events("scope.updated", name);
        var same = api.patch(root, "/v1/scopes/" + name, "{\"title\": \"New\"}");

        assertThat(changed.at("/title")).isEqualTo("New");
        assertThat(changed.at("/roles/0")).isEqualTo("viewer");
        assertThat(same.status()).isEqualTo(200);
        assertThat(before).isEqualTo("1");
        assertThat(events("scope.updated", name)).isEqualTo("1");
        assertThat(api.patch(root, "/v1/scopes/" + name, "{\"name\": \"other:name\"}")
                        .code())
                .isEqualTo("unknown_field");
    }

    @Test
    void a_scope_that_a_living_key_holds_is_not_deleted() {
        var name = define(unique("things"));
        var key = feed.insertKey();
        feed.schema()
                .execute(
                        "INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at)"
                                + " VALUES (?, ?, ?, ?, now())",
                        key.id().toString(),
                        FeedRig.ACME.value(),
                        FeedRig.ACME.value(),
                        name);

        var refused = api.delete(root, "/v1/scopes/" + name);
        feed.revoke(0, key);
        var deleted = api.delete(root, "/v1/scopes/" + name);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("invalid_state");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(events("scope.deleted", name)).isEqualTo("1");
        assertThat(api.get(root, "/v1/scopes/" + name).status()).isEqualTo(404);
    }

    @Test
    void scopes_are_listed_backwards_too() {
        var forwards = new ArrayList<String>();
        var backwards = new ArrayList<String>();
        for (var order : List.of("asc", "desc")) {
            var names = order.equals("asc") ? forwards : backwards;
            var cursor = "";
            do {
                var page = api.get(own, "/v1/scopes?sort=name&limit=7&order=" + order + cursor);
                assertThat(page.status()).isEqualTo(200);
                page.body()
                        .at("/items")
                        .forEach(scope -> names.add(scope.at("/name").asString()));
                cursor = page.at("/next_cursor").isEmpty() ? "" : "&cursor=" + page.at("/next_cursor");
            } while (!cursor.isEmpty());
        }
        assertThat(backwards).isEqualTo(forwards.reversed()).hasSizeGreaterThan(15);
        for (var wrong : List.of("sort=created", "order=down")) {
            assertThat(api.get(own, "/v1/scopes?" + wrong).status()).isEqualTo(422);
        }
    }

    @Test
    void all_scopes_are_listed_by_name() {
        var names = new ArrayList<String>();
        var cursor = "";
        do {
            var page = api.get(own, "/v1/scopes?limit=7" + cursor);
            assertThat(page.status()).isEqualTo(200);
            page.body().at("/items").forEach(item -> names.add(item.path("name").asString()));
            cursor = page.at("/next_cursor").isEmpty() ? "" : "&cursor=" + page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(names)
                .contains("keys:read", "keys:verify", "members:write")
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void a_scope_under_a_pattern_of_a_role_names_that_role() {
        var refused = api.post(
                root, "/v1/scopes", "{\"name\": \"resources:purge\", \"title\": \"Purge\", \"roles\": [\"owner\"]}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/detail")).contains("admin", "resources:*");
    }

    @Test
    void roles_are_shown() {
        var roles = api.get(own, "/v1/roles");

        assertThat(roles.body().at("/items").findValuesAsString("name"))
                .containsExactly("viewer", "developer", "admin", "owner");
        assertThat(roles.at("/items/3/scopes/0")).isEqualTo("*");
    }

    @Test
    void the_first_scope_that_nobody_has_defined_is_found() {
        var name = define(unique("gadgets"));
        var resource = name.substring(0, name.indexOf(':'));

        assertThat(unknown("*", "keys:read", "keys:*", name, resource + ":*")).isEmpty();
        assertThat(unknown("keys:read", "keys:fly")).contains(new Scope("keys:fly"));
        assertThat(unknown("nobody:*")).contains(new Scope("nobody:*"));
        assertThat(unknown()).isEmpty();
    }

    private static Optional<Scope> unknown(String... scopes) {
        var context = TenantContext.whole(new Actor.Job("test"), FeedRig.ACME);
        return feed.database()
                .inTransaction(context, tx -> catalog.findUnknown(tx, ScopeSet.ofWire(List.of(scopes))))
                .value();
    }

    @Test
    void a_publishable_key_carries_publishable_scopes_only() {
        assertThat(unpublishable("resources:read")).isEmpty();
        assertThat(unpublishable("resources:read", "resources:*")).contains(new Scope("resources:*"));
        assertThat(unpublishable("keys:read")).contains(new Scope("keys:read"));
    }

    private static Optional<Scope> unpublishable(String... scopes) {
        var context = TenantContext.whole(new Actor.Job("test"), FeedRig.ACME);
        return feed.database().read(context, tx -> catalog.findUnpublishable(tx, ScopeSet.ofWire(List.of(scopes))));
    }
}
