package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FailingEvents;
import dev.shearline.server.testing.SchemaCheck;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running server has the routes of the OpenAPI document, no others, and answers in its shapes. */
@Tag("storage")
class OpenApiAnswersTest {

    private static final SchemaCheck SCHEMAS = new SchemaCheck(OpenApiTest.DOCUMENT);

    /** What the document says of every route alike, under {@code default}. */
    private static final Set<Integer> EVERYWHERE = Set.of(405, 408, 414, 431, 500);

    private static Cluster cluster;
    private static Api api;
    private static FailingEvents events;

    /** The operations whose successful answer has been seen by a test. */
    private final Set<String> seen = new HashSet<>();

    @TempDir
    private static Path letters;

    @BeforeAll
    static void start() {
        cluster =
                Cluster.start(1, Map.of(Setting.SMTP_URL, "file://" + letters, Setting.MAIL_FROM, "keys@example.com"));
        api = cluster.api();
        events = new FailingEvents(cluster.schema());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void routes_and_document_hold_each_other() {
        var routes = cluster.node(0).routes().stream()
                .map(route -> route.method() + " " + route.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(routes).isEqualTo(OpenApiTest.routes());
    }

    /** Makes a call and holds the answer against the response that the document has for the operation and the status. */
    private Api.Answer check(String method, String path, int status, Supplier<Api.Answer> call) {
        boolean change = status < 300 && !method.equals("get");
        var answer = (change ? events.ask(method + " " + path, call) : call.get()).expect(status);
        var responses =
                OpenApiTest.DOCUMENT.path("paths").path(path).path(method).path("responses");
        assertThat(responses.isMissingNode()).as(method + " " + path).isFalse();
        var documented = responses.path(EVERYWHERE.contains(status) ? "default" : Integer.toString(status));
        assertThat(documented.isMissingNode())
                .as(method + " " + path + " " + status)
                .isFalse();
        var content = OpenApiTest.resolved(documented).path("content");
        var type = answer.raw().headers().firstValue("Content-Type").orElse("");
        assertThat(content.has(type)).as(method + " " + path + " has " + type).isTrue();
        assertThat(SCHEMAS.faults(content.path(type).path("schema"), answer.json()))
                .as(method + " " + path)
                .isEmpty();
        OpenApiTest.resolved(documented).path("headers").properties().stream()
                .filter(header ->
                        OpenApiTest.resolved(header.getValue()).path("required").asBoolean())
                .map(Map.Entry::getKey)
                .forEach(header -> assertThat(answer.raw().headers().firstValue(header))
                        .as(method + " " + path + " " + status + " " + header)
                        .isPresent());
        if (status < 300) {
            seen.add(method + " " + path);
        }
        return answer;
    }

    @Test
    void every_json_operation_answers_as_documented_and_changes_nothing_without_its_event() {
        var organization = organizations();
        var team = units(organization);
        resources(organization, team);
        users(organization);
        catalog();
        plans(organization);
        keys(organization, team);
        embedding(team);
        webhooks(organization);
        invitations(organization);
        audit(organization);
        standards(organization);
        check("get", "/openapi.json", 200, () -> api.get("/openapi.json"));
        var unseen = new TreeSet<>(OpenApiTest.operationNames());
        unseen.removeAll(seen);
        // pages, read by ReferenceTest, InvitationsTest and EmbedPagesTest, a stream, read by ChangesTest, lines, read
        // by
        // AuditRoutesTest, and headers alone, read by ForwardAuthTest
        assertThat(unseen)
                .containsExactly(
                        "get /docs",
                        "get /docs/problems",
                        "get /docs/style.css",
                        "get /embed",
                        "get /embed/{file}",
                        "get /invitations/{token}",
                        "get /v1/audit-events/export",
                        "get /v1/changes",
                        "get /v1/forward-auth",
                        "get /welcome/{token}",
                        "post /invitations/{token}",
                        "post /welcome/{token}");
        seen.removeIf(
                operation -> operation.startsWith("get ") || events.refused().contains(operation));
        // questions, what other systems have counted, and what is sent once more
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "post /oauth/introspect",
                        "post /v1/keys/verify",
                        "post /v1/keys/verify-batch",
                        "post /v1/usage-reports");
    }

    @Test
    void the_management_port_has_what_machines_ask_and_the_other_does_not() {
        var management =
                new Api(URI.create("http://127.0.0.1:" + cluster.node(0).managementPort()), api.credential());
        for (var path : List.of("/livez", "/readyz", "/metrics")) {
            api.get(path).expect(404);
        }
        management.get("/livez").expect(200);
        management.get("/readyz").expect(200);
        for (var path : List.of("/v1/keys", "/v1/organizations", "/v1/keys/self", "/openapi.json", "/docs")) {
            management.get(path).expect(404);
        }
        management.post("/v1/keys/verify", Map.of("key", "junk")).expect(404);
    }

    @Test
    void a_url_that_is_none_is_answered_as_documented() {
        for (var page : List.of("/docs", "/docs/problems", "/docs/style.css", "/openapi.json", "/v1/scopes")) {
            check("get", page, 400, () -> api.get(page + "?q=%17"));
        }
        check("get", "/welcome/{token}", 400, () -> api.get("/welcome/%17"));
        check("post", "/welcome/{token}", 400, () -> api.post("/welcome/%17"));
    }

    private void embedding(String team) {
        var path = "/v1/embed-sessions";
        var body = Map.of(
                "owner", Map.of("team", team),
                "origins", List.of("https://app.example.com"),
                "forced", Map.of("max_ttl", "90d", "metadata", Map.of("tenant", "doc")),
                "link", true);
        var opened = check("post", path, 201, () -> api.post(path, body));
        check("post", path, 422, () -> api.post(path, Map.of("owner", Map.of("team", team))));
        check(
                "post",
                path,
                404,
                () -> api.post(
                        path,
                        Map.of(
                                "owner",
                                Map.of("team", "team_0000000000000000"),
                                "origins",
                                List.of("https://example.com"))));
        var session = "/v1/session";
        check("get", session, 200, () -> api.get(session));
        check("get", session, 200, () -> api.as(opened.at("token")).get(session));
        check(
                "get",
                session,
                403,
                () -> api.as(opened.at("token")).get(session, Map.of("Origin", "https://elsewhere.example.com")));
        check("get", session, 401, () -> api.as("nobody").get(session));
        var code = opened.at("link").replaceFirst(".*#", "");
        check("post", path + "/redeem", 200, () -> api.post(path + "/redeem", Map.of("code", code)));
        check("post", path + "/redeem", 404, () -> api.post(path + "/redeem", Map.of("code", code)));
        events.ask("delete " + path + "/{id}", () -> api.delete(path + "/" + opened.at("id")))
                .expect(204);
        seen.add("delete " + path + "/{id}");
        check("delete", path + "/{id}", 404, () -> api.delete(path + "/" + opened.at("id")));
    }

    private String organizations() {
        var path = "/v1/organizations";
        var one = path + "/{id}";
        check("put", one, 201, () -> api.put(path + "/ext:doc", Map.of("name", "Doc")));
        var id = check("put", one, 200, () -> api.put(path + "/ext:doc", Map.of("name", "Document")))
                .at("id");
        check("get", path, 200, () -> api.get(path + "?limit=1&order=desc&status=active"));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("patch", one, 200, () -> api.patch(path + "/" + id, Map.of("name", "Documents")));
        check("post", one + "/suspend", 200, () -> api.post(path + "/" + id + "/suspend"));
        check("post", one + "/resume", 200, () -> api.post(path + "/" + id + "/resume"));
        var other = check("post", path, 201, () -> api.post(path, Map.of("name", "Other", "external_id", "doc-other")))
                .at("id");
        check("delete", one, 200, () -> api.delete(path + "/" + other));
        check("post", path, 409, () -> api.post(path, Map.of("name", "Doc", "external_id", "doc")));
        return id;
    }

    private String units(String organization) {
        String team = "";
        for (var kind : List.of("department", "team")) {
            var path = "/v1/" + kind + "s";
            var one = path + "/{id}";
            var body = Map.of("organization", organization, "name", "Unit");
            check("post", path, 201, () -> api.post(path, body));
            check("put", one, 201, () -> api.put(path + "/ext:unit-" + kind, body));
            var id = check("put", one, 200, () -> api.put(path + "/ext:unit-" + kind, body))
                    .at("id");
            check("get", path, 200, () -> api.get(path + "?organization=" + organization));
            check("get", one, 200, () -> api.get(path + "/ext:unit-" + kind + "?organization=ext:doc"));
            check("patch", one, 200, () -> api.patch(path + "/" + id, Map.of("name", "Renamed")));
            team = id;
            var gone = api.post(path, body).at("id");
            check("delete", one, 200, () -> api.delete(path + "/" + gone));
            check("get", one, 422, () -> api.get(path + "/ext:unit-" + kind));
        }
        return team;
    }

    private void resources(String organization, String team) {
        var path = "/v1/resources";
        var one = path + "/{type}/{id}";
        var its = path + "/project/a%2Fb";
        var body = Map.of("organization", organization, "unit", team, "name", "Shop");
        check("put", one, 201, () -> api.put(its, body));
        check("put", one, 200, () -> api.put(its, Map.of("organization", organization)));
        check("get", path, 200, () -> api.get(path + "?organization=" + organization + "&unit=" + team));
        check("get", one, 200, () -> api.get(its + "?organization=" + organization));
        check("get", one, 404, () -> api.get(path + "/project/none?organization=" + organization));
        check("put", one, 422, () -> api.put(path + "/Project/1", body));
        check("delete", one, 200, () -> api.delete(its + "?organization=" + organization));
    }

    private void users(String organization) {
        var path = "/v1/users";
        var one = path + "/{id}";
        check("post", path, 201, () -> api.post(path, Map.of("name", "Ada")));
        check(
                "put",
                one,
                201,
                () -> api.put(path + "/ext:doc-user", Map.of("name", "Ada", "email", "ada@example.com")));
        var id = check("put", one, 200, () -> api.put(path + "/ext:doc-user", Map.of("name", "Ada")))
                .at("id");
        check("get", path, 200, () -> api.get(path));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("patch", one, 200, () -> api.patch(path + "/" + id, Map.of("name", "Ada L.")));
        check("post", one + "/disable", 200, () -> api.post(path + "/" + id + "/disable"));
        check("post", one + "/enable", 200, () -> api.post(path + "/" + id + "/enable"));
        members(organization, id);
        check("post", one + "/erase", 409, () -> api.post(path + "/" + id + "/erase"));
        check("delete", one, 200, () -> api.delete(path + "/" + id));
        check("post", one + "/erase", 200, () -> api.post(path + "/" + id + "/erase"));
    }

    private void audit(String organization) {
        var path = "/v1/audit-events";
        var checkpoints = "/v1/audit-checkpoints";
        Eventually.isTrue(
                "all is sealed",
                () -> !api.get(path + "?organization=" + organization)
                        .raw()
                        .body()
                        .contains("\"sealed\":false"));
        check("get", path, 200, () -> api.get(path + "?organization=" + organization + "&limit=100"));
        check("get", path, 200, () -> api.get(path + "?limit=100&order=asc"));
        check("get", path, 422, () -> api.get(path + "?format=xml"));
        check("get", checkpoints, 200, () -> api.get(checkpoints + "?limit=2&organization=" + organization));
        check("get", checkpoints + "/keys", 200, () -> api.get(checkpoints + "/keys"));
    }

    private void invitations(String organization) {
        var path = "/v1/invitations";
        var one = path + "/{id}";
        var body = Map.of(
                "organization", organization, "email", "guest@example.com", "roles", List.of(Map.of("role", "viewer")));
        var id = check("post", path, 201, () -> api.post(path, body)).at("id");
        check("get", path, 200, () -> api.get(path + "?organization=" + organization));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("post", one + "/resend", 200, () -> api.post(path + "/" + id + "/resend"));
        check("post", one + "/revoke", 200, () -> api.post(path + "/" + id + "/revoke"));
        check("post", one + "/resend", 409, () -> api.post(path + "/" + id + "/resend"));
        check("post", path, 422, () -> api.post(path, Map.of("organization", organization, "email", "x")));
    }

    private void webhooks(String organization) {
        var path = "/v1/webhooks";
        var one = path + "/{id}";
        var body = Map.of("organization", organization, "url", "https://198.51.100.7/hooks", "events", List.of("*"));
        var made = check(
                "post",
                path,
                201,
                () -> api.post(path, Map.of("url", "https://hooks.invalid/", "events", List.of("key.created"))));
        check("post", path, 422, () -> api.post(path, body));
        var at = path + "/" + made.at("id");
        check("get", path, 200, () -> api.get(path + "?limit=1"));
        check("get", one, 200, () -> api.get(at));
        check("post", one + "/rotate-secret", 201, () -> api.post(at + "/rotate-secret", Map.of("grace", "1h")));
        var delivery =
                check("post", one + "/test", 201, () -> api.post(at + "/test")).at("id");
        check(
                "post",
                one + "/deliveries/{delivery}/redeliver",
                200,
                () -> api.post(at + "/deliveries/" + delivery + "/redeliver"));
        Eventually.isTrue(
                "an attempt has failed",
                () -> !api.get(at + "/deliveries").at("items/0/error").isEmpty());
        check("get", one + "/deliveries", 200, () -> api.get(at + "/deliveries?status=waiting"));
        check("patch", one, 200, () -> api.patch(at, Map.of("enabled", false)));
        check("post", one + "/test", 409, () -> api.post(at + "/test"));
        check("get", one, 200, () -> api.get(at));
        check("delete", one, 200, () -> api.delete(at));
        check("get", one, 404, () -> api.get(at));
    }

    private void members(String organization, String user) {
        var path = "/v1/members";
        var one = path + "/{id}";
        var body = Map.of("organization", organization, "user", user, "roles", List.of(Map.of("role", "developer")));
        var id = check("post", path, 201, () -> api.post(path, body)).at("id");
        check("get", path, 200, () -> api.get(path + "?organization=" + organization));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("patch", one, 200, () -> api.patch(path + "/" + id, Map.of("roles", List.of(Map.of("role", "admin")))));
        var scopes = Map.of("scopes", List.of("keys:read"));
        check("put", one + "/scopes", 200, () -> api.put(path + "/" + id + "/scopes", scopes));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("delete", one + "/scopes", 200, () -> api.delete(path + "/" + id + "/scopes"));
        check("get", one + "/offboarding", 200, () -> api.get(path + "/" + id + "/offboarding"));
        check("delete", one, 200, () -> api.delete(path + "/" + id));
    }

    private void catalog() {
        var path = "/v1/scopes";
        var one = path + "/{name}";
        check(
                "post",
                path,
                201,
                () -> api.post(path, Map.of("name", "doc:read", "title", "Read", "roles", List.of("admin"))));
        check("get", path, 200, () -> api.get(path));
        check("get", one, 200, () -> api.get(path + "/doc:read"));
        check("patch", one, 200, () -> api.patch(path + "/doc:read", Map.of("title", "Read it", "publishable", true)));
        check("delete", one, 200, () -> api.delete(path + "/doc:read"));
        check("get", "/v1/roles", 200, () -> api.get("/v1/roles"));
    }

    private void plans(String organization) {
        var path = "/v1/plans";
        var one = path + "/{id}";
        var content = Map.of("title", "Doc", "key_types", Map.of("personal", Map.of(), "ci", Map.of("max_keys", 2)));
        check("get", path, 200, () -> api.get(path));
        check("get", one, 200, () -> api.get(path + "/scale"));
        check(
                "post",
                path,
                201,
                () -> api.post(path, Map.of("id", "doc", "title", "Doc", "key_types", Map.of("team", Map.of()))));
        check("put", one, 201, () -> api.put(path + "/docs", content));
        check("put", one, 200, () -> api.put(path + "/doc", content));
        check("patch", one, 200, () -> api.patch(path + "/doc", Map.of("slots", Map.of("ci_token", 3))));
        var own = "/v1/organizations/{id}/plan";
        var its = "/v1/organizations/" + organization + "/plan";
        var overrides = Map.of("key_types", Map.of("ci", Map.of("max_lifetime", "1y"), "ephemeral", Map.of()));
        check("patch", own, 200, () -> api.patch(its, Map.of("plan", "doc", "overrides", overrides)));
        check("get", own, 200, () -> api.get(its));
        var key = Map.of("type", "team", "name", "Doc", "organization", organization, "scopes", List.of());
        check("post", "/v1/keys", 403, () -> api.post("/v1/keys", key));
        var policy = "/v1/organizations/{id}/policy";
        var itsPolicy = "/v1/organizations/" + organization + "/policy";
        var rules = Map.of("created_by", "admin", "max_lifetime", "30d", "scopes", Map.of("admin", List.of("*")));
        check("put", policy, 200, () -> api.put(itsPolicy, Map.of("key_types", Map.of("team", rules))));
        check("patch", policy, 200, () -> api.patch(itsPolicy, Map.of("rotation_due_after_days", 90)));
        check("get", policy, 200, () -> api.get(itsPolicy));
        api.put(itsPolicy, Map.of()).expect(200);
        check("delete", one, 409, () -> api.delete(path + "/doc"));
        check("patch", own, 200, () -> api.patch(its, Map.of("plan", "custom")));
        check("delete", one, 200, () -> api.delete(path + "/doc"));
        limits(organization);
    }

    private void limits(String organization) {
        var limits = Map.of(
                "rate_limits",
                List.of(Map.of("amount", 1000, "per", "second", "burst", 50)),
                "quota",
                Map.of("amount", 1_000_000, "refill", "month"));
        var team = api.post("/v1/teams", Map.of("organization", organization, "name", "Limited"))
                .at("id");
        var department = api.post("/v1/departments", Map.of("organization", organization, "name", "Limited"))
                .at("id");
        var user = api.post("/v1/users", Map.of("name", "Limited")).at("id");
        var member = api.post("/v1/members", Map.of("organization", organization, "user", user))
                .at("id");
        var all = Map.of("organizations", organization, "teams", team, "departments", department, "members", member);
        all.forEach((kind, id) -> {
            var path = "/v1/" + kind + "/{id}/limits";
            var its = "/v1/" + kind + "/" + id + "/limits";
            check("put", path, 200, () -> api.put(its, limits));
            check("get", path, 200, () -> api.get(its));
            check("put", path, 422, () -> api.put(its, Map.of("quota", Map.of("amount", 0, "refill", "day"))));
        });
        var body = Map.of(
                "type",
                "team",
                "name",
                "Limited",
                "team",
                team,
                "scopes",
                List.of(),
                "quota",
                Map.of("amount", 1, "refill", "day"));
        var key = check("post", "/v1/keys", 201, () -> api.post("/v1/keys", body));
        var question = Map.of("key", key.at("secret"));
        check("post", "/v1/keys/verify", 200, () -> api.post("/v1/keys/verify", question));
        var refused = check("post", "/v1/keys/verify", 200, () -> api.post("/v1/keys/verify", question));
        assertThat(refused.code()).isEqualTo("quota_exhausted");
        api.put("/v1/organizations/" + organization + "/limits", Map.of()).expect(200);
    }

    private void keys(String organization, String team) {
        var path = "/v1/keys";
        check("get", path + "/unused", 200, () -> api.get(path + "/unused?by=unit&organization=" + organization));
        check("get", "/v1/changes/head", 200, () -> api.get("/v1/changes/head"));
        check("get", "/v1/usage", 200, () -> api.get("/v1/usage?by=key&organization=" + organization));
        var one = path + "/{id}";
        var body = Map.of(
                "type",
                "team",
                "name",
                "Doc",
                "organization",
                organization,
                "team",
                team,
                "scopes",
                List.of("sessions:read"));
        var key = check("post", path, 201, () -> api.post(path, body));
        var id = key.at("id");
        var report = Map.of("source", "openapi-answers-test-source", "items", List.of());
        check("post", "/v1/usage-reports", 200, () -> api.post("/v1/usage-reports", report));
        check(
                "get",
                path,
                200,
                () -> api.get(path + "?organization=" + organization + "&status=active,rotating&sort=name"));
        check("get", one, 200, () -> api.get(path + "/" + id));
        importing(organization);
        check("get", path + "/self", 200, () -> api.as(key.at("secret")).get(path + "/self"));
        check(
                "patch",
                one,
                200,
                () -> api.patch(
                        path + "/" + id,
                        Map.of("cidrs", List.of("203.0.113.0/24"), "resources", List.of("project/*"))));
        check("post", one + "/disable", 200, () -> api.post(path + "/" + id + "/disable"));
        check("post", one + "/enable", 200, () -> api.post(path + "/" + id + "/enable"));
        verdicts(key.at("secret"));
        check("get", one + "/usage", 200, () -> api.get(path + "/" + id + "/usage?granularity=hour"));
        check("get", one + "/callers", 200, () -> api.get(path + "/" + id + "/callers"));
        check("get", one + "/impact", 200, () -> api.get(path + "/" + id + "/impact"));
        check("get", one + "/usage", 422, () -> api.get(path + "/" + id + "/usage?granularity=week"));
        check("post", one + "/move", 200, () -> api.post(path + "/" + id + "/move", Map.of("unit", organization)));
        var successor =
                check("post", one + "/rotate", 201, () -> api.post(path + "/" + id + "/rotate", Map.of("grace", "1h")));
        check("get", one, 200, () -> api.get(path + "/" + id));
        check("post", one + "/revoke", 200, () -> api.post(path + "/" + id + "/revoke", Map.of("reason", "Done")));
        verdicts(key.at("secret"));
        check("post", one + "/rotate", 409, () -> api.post(path + "/" + id + "/rotate"));
        check(
                "post",
                path + "/revoke-self",
                200,
                () -> api.as(successor.at("secret")).post(path + "/revoke-self"));
        problems(body);
    }

    private void importing(String organization) {
        var path = "/v1/keys/import";
        var fields = Map.of("type", "team", "name", "Doc", "organization", organization, "scopes", List.of());
        var items = Stream.of("imported-1", "imported-1", "")
                .map(plaintext -> {
                    var item = new HashMap<String, Object>(fields);
                    item.put("plaintext", plaintext);
                    return item;
                })
                .toList();
        check("post", path, 200, () -> api.post(path, Map.of("items", items, "dry_run", true)));
        var report = check("post", path, 200, () -> api.post(path, Map.of("items", items)));
        check("get", "/v1/keys/{id}", 200, () -> api.get("/v1/keys/" + report.at("items/0/id")));
        check("post", path, 401, () -> api.as("").post(path, Map.of()));
        check("post", path, 422, () -> api.post(path, Map.of("items", List.of())));
    }

    private void verdicts(String secret) {
        var path = "/v1/keys/verify";
        check(
                "post",
                path,
                200,
                () -> api.post(path, Map.of("key", secret, "resource", "project/1", "address", "203.0.113.7")));
        check("post", path, 200, () -> api.post(path, Map.of("key", secret, "address", "203.0.113.7")));
        check("post", path, 200, () -> api.post(path, Map.of("key", secret)));
        check("post", path, 200, () -> api.post(path, Map.of("key", "junk")));
        check(
                "post",
                path,
                200,
                () -> api.post(path, Map.of("key", cluster.operator().reveal())));
        var fromTheFuture = Map.of("key", secret, "min_epoch", Long.MAX_VALUE);
        check(
                "post",
                path + "-batch",
                200,
                () -> api.post(path + "-batch", Map.of("items", List.of(Map.of("key", secret), fromTheFuture))));
    }

    private void standards(String organization) {
        var path = "/oauth/introspect";
        var key = api.post(
                        "/v1/keys",
                        Map.of("type", "team", "name", "Doc", "organization", organization, "scopes", List.of()))
                .at("secret");
        check("post", path, 200, () -> api.postForm(path, "token=" + key));
        check("post", path, 200, () -> api.postForm(path, "token=nothing"));
        check("post", path, 400, () -> api.postForm(path, ""));
        check("post", path, 401, () -> api.as("").postForm(path, "token=x"));
        check("post", path, 403, () -> api.as(key).postForm(path, "token=x"));
        var proxy = "/v1/forward-auth";
        check("get", proxy, 401, () -> api.get(proxy));
        var verifying = Map.of("X-Shearline-Verifier-Key", cluster.operator().reveal());
        check("get", proxy, 403, () -> api.as(key).get(proxy + "?scope=a:b", verifying));
        check("get", proxy, 422, () -> api.as(key).get(proxy + "?scopes=a:b", verifying));
        api.put("/v1/organizations/" + organization + "/limits", Map.of("quota", Map.of("amount", 1, "refill", "none")))
                .expect(200);
        check("get", proxy, 429, () -> api.as(key).get(proxy + "?cost=2", verifying));
        api.put("/v1/organizations/" + organization + "/limits", Map.of()).expect(200);
        var revoke = "/oauth/revoke";
        check("post", revoke, 400, () -> api.as("").postForm(revoke, "token="));
        check("post", revoke, 401, () -> api.as("nothing").postForm(revoke, "token=x"));
        check("post", revoke, 200, () -> api.as("").postForm(revoke, "token=" + key));
    }

    private void problems(Map<String, ?> body) {
        var path = "/v1/keys";
        check("post", path, 400, () -> api.postRaw(path, "{"));
        check("get", path, 401, () -> api.as("").get(path));
        check("get", path, 401, () -> api.as("junk").get(path));
        var narrow = api.as(api.post(path, body).at("secret"));
        check("get", path, 403, () -> narrow.get(path));
        check("get", path + "/{id}", 404, () -> api.get(path + "/key_000000000000"));
        check("post", path, 413, () -> api.postRaw(path, " ".repeat(70_000)));
        check("post", path, 422, () -> api.post(path, Map.of("type", "team")));
        check("get", path, 422, () -> api.get(path + "?sort=colour"));
        check("post", path + "/verify", 422, () -> api.post(path + "/verify", Map.of("key", "junk", "cost", 0)));
    }
}
