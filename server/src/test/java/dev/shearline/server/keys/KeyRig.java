package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.Feed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.http.ApiServer;
import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.Authenticators;
import dev.shearline.server.http.Dispatcher;
import dev.shearline.server.http.Downloads;
import dev.shearline.server.http.Entrance;
import dev.shearline.server.http.Gate;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.RequestLog;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.References;
import dev.shearline.server.plans.Catalog;
import dev.shearline.server.plans.Entitlements;
import dev.shearline.server.plans.OrganizationPlans;
import dev.shearline.server.plans.PlanRoutes;
import dev.shearline.server.plans.Plans;
import dev.shearline.server.plans.Policies;
import dev.shearline.server.plans.PolicyRoutes;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TemporaryDirectory;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.verify.Directory;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Keys over real HTTP on a real database. There are the organizations Acme (plan custom; department dep_eng with team_web, team_ops
 * beside it; Ann administers dep_eng, Bob develops, Cid owns), Thrift (plan pro) and Other (plan custom).
 */
final class KeyRig implements AutoCloseable {

    static final OrganizationId ACME = new OrganizationId("org_acme");
    static final OrganizationId OTHER = new OrganizationId("org_other");
    static final Caller BOOTSTRAP = Caller.job("bootstrap");

    private static final String PEOPLE = """
            INSERT INTO app_user (id, external_id, name) VALUES
                ('usr_ann', 'ann', 'Ann'), ('usr_bob', 'bob', 'Bob'), ('usr_cid', 'cid', 'Cid'), ('usr_eve', 'eve', 'Eve')
            """;
    private static final String ORGANIZATIONS = """
            INSERT INTO organization (id, external_id, name, plan_id, admin_audience_id) VALUES
                ('org_acme', 'acme', 'Acme', 'custom', 'aud_acme'), ('org_thrift', 'thrift', 'Thrift', 'pro', 'aud_thrift'),
                ('org_other', 'other', 'Other', 'custom', 'aud_other')
            """;
    private static final String ROOTS = """
            INSERT INTO unit (id, organization_id, kind, name)
            SELECT id, id, 'organization', name FROM organization WHERE state <> 'instance'
            """;
    private static final String UNITS = """
            INSERT INTO unit (id, organization_id, kind, parent_id, external_id, name) VALUES
                ('dep_eng', 'org_acme', 'department', 'org_acme', 'eng', 'Engineering'),
                ('team_web', 'org_acme', 'team', 'dep_eng', 'web', 'Web'), ('team_ops', 'org_acme', 'team', 'org_acme', 'ops', 'Ops'),
                ('team_other', 'org_other', 'team', 'org_other', 'web', 'Web')
            """;
    private static final String MEMBERS = """
            INSERT INTO membership (id, organization_id, user_id) VALUES
                ('mem_ann', 'org_acme', 'usr_ann'), ('mem_bob', 'org_acme', 'usr_bob'), ('mem_cid', 'org_acme', 'usr_cid'),
                ('mem_thriftbob', 'org_thrift', 'usr_bob'), ('mem_eve', 'org_other', 'usr_eve')
            """;
    private static final String ROLES = """
            INSERT INTO membership_role (organization_id, membership_id, unit_id, role) VALUES
                ('org_acme', 'mem_ann', 'dep_eng', 'admin'), ('org_acme', 'mem_bob', 'team_web', 'developer'),
                ('org_acme', 'mem_cid', 'org_acme', 'owner'), ('org_thrift', 'mem_thriftbob', 'org_thrift', 'developer'),
                ('org_other', 'mem_eve', 'org_other', 'owner')
            """;

    final SecureRandom random = new SecureRandom();
    final KeyFormat format = new KeyFormat(List.of("shl"));
    final TestSchema schema = TestSchema.create();
    final Database database;
    final NodeDatabase nodeDatabase;
    final FeedNode feed;
    final Changes changes;
    final ApiKeys keys;
    final LastUsed lastUsed;
    final KeyAuthenticator authenticator;
    final TestClock clock = new TestClock();
    final String operator;
    private final TemporaryDirectory directory = TemporaryDirectory.make("shearline-node");
    private final Json json = new Json();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ApiServer server;

    /** Runs on, and can be moved. */
    static final class TestClock implements InstantSource {
        private volatile Duration offset = Duration.ZERO;

        void advance(Duration duration) {
            offset = offset.plus(duration);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(offset);
        }
    }

    KeyRig() {
        List.of(PEOPLE, ORGANIZATIONS, ROOTS, UNITS, MEMBERS, ROLES).forEach(schema::execute);
        database = new Database(schema.app(), 8);
        nodeDatabase = new NodeDatabase(schema.node());
        feed = node();
        changes = new Changes(
                database,
                new AuditLog(new Ids(random), random, clock),
                new Feed(),
                feed,
                Outbox.NONE,
                new CallerRows(clock));
        keys = keys(feed);
        lastUsed = new LastUsed(nodeDatabase);
        authenticator = new KeyAuthenticator(
                nodeDatabase, format, lastUsed, new FirstUses(keys::endPredecessor), _ -> false, clock);
        server = server();
        operator = secret(
                keys.create(BOOTSTRAP, NewApiKey.of(KeyType.OPERATOR, "operator", List.of("*")), Attempt.UNKEYED));
    }

    private FeedNode node() {
        var settings = new FeedSettings(
                Duration.ofSeconds(10), Duration.ofMillis(250), true, directory.path(), "test", () -> "127.0.0.1:0");
        var primaryClock = new PrimaryClock(Clock.systemUTC());
        var node = new FeedNode(
                nodeDatabase,
                new Directory(primaryClock, Long.MAX_VALUE),
                primaryClock,
                Clocks.system(),
                settings,
                random);
        node.start();
        Eventually.isTrue("the node is fresh", () -> node.freshness().isFresh());
        return node;
    }

    ApiKeys keys(FeedNode node) {
        var references = new References(database);
        var provisioning = new Provisioning(changes, references, new Ids(random), clock, "custom");
        return new ApiKeys(
                database,
                changes,
                node,
                references,
                provisioning,
                new Catalog(database, changes, clock),
                new Entitlements(json),
                format,
                Optional.empty(),
                random,
                clock);
    }

    private ApiServer server() {
        var routes = new Routes();
        new ApiKeyRoutes(keys, authenticator, new Idempotency(database, changes, json, random, clock), format)
                .addTo(routes);
        new UnusedReportRoutes(new UnusedReports(database, new References(database), clock)).addTo(routes);
        new PlanRoutes(
                        new Plans(database, changes, json, "custom"),
                        new OrganizationPlans(database, changes, new References(database), json, clock))
                .addTo(routes);
        new PolicyRoutes(new Policies(
                        database,
                        changes,
                        new References(database),
                        new Catalog(database, changes, clock),
                        json,
                        clock))
                .addTo(routes);
        var dispatcher = new Dispatcher(
                routes,
                Gate.OPEN,
                new Authenticators(authenticator, (_, _) -> new Authentication.Refused("not here")),
                Entrance.OPEN,
                new KeyFormat(List.of("shl")),
                new Problems(List.of()),
                json,
                new SimpleMeterRegistry(),
                RequestLog.NONE,
                random,
                Downloads.ofNode());
        var listener = new ApiServer(vertx, "127.0.0.1", 0, 1, dispatcher);
        listener.start();
        return listener;
    }

    static String secret(Changed<IssuedKey> issued) {
        return issued.value().secret().secret().reveal();
    }

    static ApiKeyId id(Changed<IssuedKey> issued) {
        return issued.value().key().id();
    }

    /**
     * An answer, with its body read.
     *
     * @param challenge the header {@code WWW-Authenticate}
     */
    record Answer(int status, JsonNode body, String challenge) {
        String text(String name) {
            return body.path(name).asString();
        }

        String code() {
            return text("code");
        }
    }

    Answer get(String credential, String path) {
        return send(credential, "GET", path, "");
    }

    Answer post(String credential, String path, String body) {
        return send(credential, "POST", path, body);
    }

    Answer patch(String credential, String path, String body) {
        return send(credential, "PATCH", path, body);
    }

    static String path(Answer key) {
        return "/v1/keys/" + key.text("id");
    }

    /** What is done to a key, by the operator. */
    Answer act(Answer key, String what, String body) {
        return post(operator, path(key) + "/" + what, body);
    }

    Answer create(String credential, String body) {
        return post(credential, "/v1/keys", body);
    }

    /** Of a team key of Acme's Web, unless the fields say otherwise. */
    Answer created(String fields) {
        var answer = create(
                operator,
                "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"Web\",\"scopes\":[\"resources:read\"]" + fields
                        + "}");
        if (answer.status() != 201) {
            throw new AssertionError(answer.toString());
        }
        return answer;
    }

    Answer send(String credential, String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (!credential.isEmpty()) {
            request.header("Authorization", "Bearer " + credential);
        }
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    json.mapper().readTree(response.body()),
                    response.headers().firstValue("WWW-Authenticate").orElse(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The actions in the audit log about a key, oldest first. */
    String audited(String target) {
        return schema.query(
                "SELECT coalesce(string_agg(action, ' ' ORDER BY at, id), '') FROM audit_event WHERE target = ?",
                target);
    }

    String column(String id, String column) {
        return schema.query("SELECT " + column + " FROM api_key WHERE id = ?", id);
    }

    /** The last kind of entry about a key, with its version. */
    String lastEntry(String target) {
        return schema.query(
                "SELECT kind || ' ' || version FROM feed_entry WHERE target = ? ORDER BY epoch DESC LIMIT 1", target);
    }

    String count(String table) {
        return schema.query("SELECT count(*) FROM " + table);
    }

    Map<String, String> counts() {
        return Map.of("keys", count("api_key"), "events", count("audit_event"), "entries", count("feed_entry"));
    }

    @Override
    public void close() {
        server.stop();
        client.shutdownNow();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
        lastUsed.close();
        feed.close();
        nodeDatabase.close();
        database.close();
        directory.close();
    }
}
