package dev.shearline.client.testing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As much of the management as programs need that make and end keys. */
final class FakeManagement {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String KEYS = "/v1/keys";
    private static final String LONG_AGO = Instant.EPOCH.toString();

    record Answer(int status, String body) {}

    private final FakeShearline shearline;
    private final FakeFeed feed;
    private final Map<String, String> names = new ConcurrentHashMap<>();

    FakeManagement(FakeShearline shearline, FakeFeed feed) {
        this.shearline = shearline;
        this.feed = feed;
    }

    static String problem(int status, String code) {
        return JSON.writeValueAsString(Map.of(
                "type",
                "/docs/problems#" + code,
                "title",
                code,
                "status",
                status,
                "detail",
                "The fake server says " + code + ".",
                "code",
                code,
                "request_id",
                "req_fake"));
    }

    Answer answer(String method, String path, JsonNode body) {
        if (path.equals(KEYS)) {
            return method.equals("POST") ? created(body) : ok(page());
        }
        if (path.startsWith(KEYS + "/")) {
            var parts = path.substring(KEYS.length() + 1).split("/", -1);
            return shearline
                    .find(parts[0])
                    .map(key -> ofKey(method, parts.length > 1 ? parts[1] : "", key, body))
                    .orElseGet(FakeManagement::notFound);
        }
        var kinds = Map.of("organizations", "org_", "teams", "team_", "users", "usr_");
        var parts = path.split("/", -1);
        if (method.equals("PUT") && parts.length == 4 && kinds.containsKey(parts[2])) {
            return ok(changed(thing(kinds.get(parts[2]), parts[3].replaceFirst("^ext:", ""), body)));
        }
        return notFound();
    }

    private static Answer notFound() {
        return new Answer(404, problem(404, "not_found"));
    }

    private static Answer ok(Map<String, Object> body) {
        return new Answer(200, JSON.writeValueAsString(body));
    }

    private Answer created(JsonNode body) {
        var scopes = new ArrayList<String>();
        body.path("scopes").forEach(scope -> scopes.add(scope.asString()));
        var key = body.path("mode").asString("live").equals("test") ? shearline.newTestKey() : shearline.newKey();
        return issued(
                key.scopes(scopes.toArray(new String[0])), body.path("name").asString("key"));
    }

    private Answer issued(FakeKey key, String name) {
        names.put(key.id(), name);
        shearline.issue(key);
        var shown = changed(shown(key));
        shown.put("secret", key.secret());
        return new Answer(201, JSON.writeValueAsString(shown));
    }

    private Answer ofKey(String method, String verb, FakeKey key, JsonNode body) {
        switch (verb) {
            case "" -> {
                if (method.equals("PATCH")) {
                    Optional.ofNullable(body.get("name")).ifPresent(name -> names.put(key.id(), name.asString()));
                    shearline.issue(key);
                    return ok(changed(shown(key)));
                }
                return ok(shown(key));
            }
            case "revoke" -> {
                return ok(changed(shown(shearline.revoke(key))));
            }
            case "disable" -> {
                return ok(changed(shown(shearline.disable(key))));
            }
            case "enable" -> {
                return ok(changed(shown(shearline.enable(key))));
            }
            case "rotate" -> {
                return issued(
                        shearline.newKey().scopes(key.scopes().toArray(new String[0])),
                        names.getOrDefault(key.id(), "key"));
            }
            default -> {
                return notFound();
            }
        }
    }

    private Map<String, Object> page() {
        var page = new LinkedHashMap<String, Object>();
        page.put("items", shearline.all().stream().map(this::shown).toList());
        return page;
    }

    private Map<String, Object> shown(FakeKey key) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("id", key.id());
        shown.put("name", names.getOrDefault(key.id(), "key"));
        shown.put("description", "");
        shown.put("type", "team");
        shown.put("visibility", "secret");
        shown.put("mode", key.test() ? "test" : "live");
        shown.put("status", key.code().equals("allowed") ? "active" : key.code());
        shown.put("prefix", key.secret().substring(0, 16));
        shown.put("last_four", key.secret().substring(key.secret().length() - 4));
        shown.put("masked", key.secret().substring(0, 16) + "…");
        shown.put("scopes", key.scopes());
        var holder = Map.of("type", "organization", "id", FakeVerdicts.ORGANIZATION, "external_id", "fake");
        shown.put("owner", holder);
        shown.put("organization", Map.of("id", FakeVerdicts.ORGANIZATION, "external_id", "fake"));
        shown.put("boundary", holder);
        shown.put("cidrs", key.cidrs());
        shown.put("resources", List.of());
        shown.put("metadata", Map.of());
        shown.put("created_at", LONG_AGO);
        shown.put("created_by", "key_fake00000000");
        shown.put("updated_at", LONG_AGO);
        shown.put("version", 1);
        return shown;
    }

    private static Map<String, Object> thing(String prefix, String externalId, JsonNode body) {
        var thing = new LinkedHashMap<String, Object>();
        thing.put("id", prefix + externalId);
        thing.put("external_id", externalId);
        thing.put("name", body.path("name").asString(externalId));
        thing.put("status", "active");
        thing.put("plan", "custom");
        thing.put("personal", false);
        thing.put("organization", body.path("organization").asString(FakeVerdicts.ORGANIZATION));
        Optional.ofNullable(body.get("email")).ifPresent(email -> thing.put("email", email));
        thing.put("created_at", LONG_AGO);
        thing.put("updated_at", LONG_AGO);
        return thing;
    }

    private Map<String, Object> changed(Map<String, Object> thing) {
        var head = feed.head();
        thing.put("epoch", head.epoch());
        thing.put("tag", head.tag());
        thing.put(
                "propagation",
                Map.of(
                        "nodes", 1,
                        "acknowledged", 1,
                        "fenced", 0,
                        "pending", 0,
                        "complete", true,
                        "dead_by", Instant.EPOCH.toString(),
                        "took_ms", 0));
        return thing;
    }
}
