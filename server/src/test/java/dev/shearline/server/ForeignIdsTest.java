package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What belongs to another organization is answered exactly as what never existed: every operation of the OpenAPI document that names something
 * in its path, its query or its body is asked about both, by an organization's own key with full access.
 */
@Tag("storage")
class ForeignIdsTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
    /** What all organizations share, and what is named by what nobody else knows. */
    private static final Set<String> OF_NOBODY = Set.of("scopes", "plans", "roles");

    private static final Map<String, String> ABSENT = Map.of(
            "keys", "key_000000000000",
            "organizations", "org_0000000000000000",
            "departments", "dep_0000000000000000",
            "teams", "team_0000000000000000",
            "users", "usr_0000000000000000",
            "members", "mem_0000000000000000",
            "webhooks", "whk_0000000000000000",
            "invitations", "inv_0000000000000000",
            "embed-sessions", "ems_0000000000000000",
            "resources", "none");
    /** Which kind of thing a field or a parameter names. */
    private static final Map<String, String> REFERENCES = Map.of(
            "organization", "organizations",
            "department", "departments",
            "team", "teams",
            "user", "users",
            "unit", "teams",
            "owner", "users");

    private static final Map<String, String> FOREIGN = new HashMap<>();
    private static Cluster cluster;
    private static Api acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1, Map.of(Setting.WEBHOOK_ALLOWED_NETWORKS, "127.0.0.0/8"));
        acme = cluster.api().as(cluster.issue(cluster.organization("acme"), "*").at("secret"));
        var other = cluster.organization("other");
        FOREIGN.put("organizations", other);
        made("departments", Map.of("organization", other, "name", "Theirs"));
        made("teams", Map.of("organization", other, "name", "Theirs"));
        made("users", Map.of("name", "Eve"));
        made("members", Map.of("organization", other, "user", foreign("users")));
        made("webhooks", Map.of("organization", other, "url", "https://example.com/", "events", List.of("*")));
        made("keys", Map.of("organization", other, "type", "ci", "name", "Theirs", "scopes", List.of()));
        made(
                "embed-sessions",
                Map.of("owner", Map.of("organization", other), "origins", List.of("https://example.com")));
        cluster.api()
                .put("/v1/resources/project/theirs", Map.of("organization", other))
                .expect(201);
        FOREIGN.put("resources", "theirs");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static void made(String kind, Map<String, ?> body) {
        FOREIGN.put(kind, cluster.api().post("/v1/" + kind, body).expect(201).at("id"));
    }

    private static String foreign(String kind) {
        // invitations need a mail server; no foreign one is there, and any id is as absent as the other
        return Objects.requireNonNullElse(FOREIGN.get(kind), "inv_1111111111111111");
    }

    private static String absent(String kind) {
        return Objects.requireNonNull(ABSENT.get(kind), kind);
    }

    /** One request about a thing, and the same about another. */
    private record Pair(String method, String path, Optional<ObjectNode> body, String kind) {

        String name() {
            return method + " " + path + body.map(JsonNode::toString).orElse("");
        }

        Api.Answer about(String id) {
            var url = path.replace("THING", id);
            var text = body.map(given -> given.toString().replace("THING", id));
            return switch (method) {
                case "get" -> acme.get(url);
                case "delete" -> acme.delete(url);
                default -> acme.ask(method.toUpperCase(Locale.ROOT), url, text);
            };
        }
    }

    private static List<Pair> pairs() {
        var pairs = new ArrayList<Pair>();
        OpenApiTest.DOCUMENT
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey())
                                && path.getKey().startsWith("/v1/"))
                        .forEach(entry ->
                                addPairs(pairs, entry.getKey(), path.getKey(), path.getValue(), entry.getValue())));
        return pairs;
    }

    private static void addPairs(List<Pair> pairs, String method, String path, JsonNode item, JsonNode operation) {
        var kind = path.split("/", -1)[2];
        var example = example(operation);
        if (path.contains("{id}") && !OF_NOBODY.contains(kind)) {
            var named = path.replace("{id}", "THING")
                    .replace("{type}", "project")
                    .replace("{delivery}", "dlv_0000000000000000");
            pairs.add(new Pair(method, named, example, kind));
        }
        if (path.contains("{")) {
            return;
        }
        for (var holder : List.of(item, operation)) {
            holder.path("parameters").forEach(reference -> {
                var parameter = OpenApiTest.resolved(reference);
                var of = REFERENCES.get(parameter.path("name").asString(""));
                if (of != null && parameter.path("in").asString("").equals("query")) {
                    pairs.add(new Pair(
                            method, path + "?" + parameter.path("name").asString("") + "=THING", Optional.empty(), of));
                }
            });
        }
        example.ifPresent(body -> REFERENCES.forEach((field, of) -> {
            if (body.has(field)) {
                pairs.add(new Pair(method, path, Optional.of(naming(body, field)), of));
            }
        }));
    }

    private static Optional<ObjectNode> example(JsonNode operation) {
        var schema = OpenApiTest.resolved(operation.at("/requestBody/content/application~1json/schema"));
        return schema.path("examples").isEmpty()
                ? Optional.empty()
                : Optional.of((ObjectNode) schema.path("examples").get(0));
    }

    /** The example, with this one reference and no other. */
    private static ObjectNode naming(ObjectNode example, String field) {
        var body = example.deepCopy();
        REFERENCES.keySet().forEach(body::remove);
        return body.put(field, "THING");
    }

    @Test
    void what_is_anothers_is_answered_as_what_never_was() {
        var pairs = pairs();
        assertThat(pairs).hasSizeGreaterThan(50);
        var different = new LinkedHashMap<String, String>();
        var written = cluster.schema().query("SELECT count(*) FROM audit_event");
        for (var pair : pairs) {
            var theirs = pair.about(foreign(pair.kind()));
            var nobodys = pair.about(absent(pair.kind()));
            var one = shown(theirs, foreign(pair.kind()));
            var other = shown(nobodys, absent(pair.kind()));
            if (!one.equals(other)) {
                different.put(pair.name(), one + " but " + other);
            }
        }
        assertThat(different).isEmpty();
        assertThat(cluster.schema().query("SELECT count(*) FROM audit_event")).isEqualTo(written);
    }

    private static String shown(Api.Answer answer, String id) {
        var body = answer.json().isObject() ? (ObjectNode) answer.json().deepCopy() : JSON.createObjectNode();
        // what differs with the request and with the time of asking
        body.remove(List.of("request_id", "unused_since"));
        return answer.status() + " " + body.toString().replace(id, "THING");
    }
}
