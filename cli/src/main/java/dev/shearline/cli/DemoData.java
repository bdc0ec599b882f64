package dev.shearline.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The organization Acme Corp, with people, teams and keys of every type and state, made over HTTP as anybody would.
 *
 * <p>Loading it again makes what is missing and leaves the rest alone. The secrets of its keys are told to nobody.
 */
final class DemoData {
    private static final String RESOURCE = "demo.json";
    private static final String EVERY_STATUS = "active,expiring,rotating,not_yet_valid,disabled,expired,used,revoked";

    private final ApiClient client;
    private final Clock clock;
    private final JsonNode demo;

    DemoData(ApiClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
        try (var in = Objects.requireNonNull(DemoData.class.getResourceAsStream(RESOURCE))) {
            this.demo = ApiClient.JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void load() {
        demo.path("put").forEach(thing -> client.put(thing.path("path").asString(), (ObjectNode) thing.path("body")));
        demo.path("members").forEach(this::addMember);
        var known = namesOfKeys();
        for (var wanted : demo.path("keys")) {
            if (!known.contains(wanted.path("key").path("name").asString())) {
                issue(wanted);
            }
        }
    }

    private void addMember(JsonNode member) {
        try {
            client.post("/v1/members", (ObjectNode) member);
        } catch (CommandFailure e) {
            if (e.exitCode() != ExitCode.CONFLICT) {
                throw e;
            }
            // a member already
        }
    }

    private Set<String> namesOfKeys() {
        var names = new HashSet<String>();
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("status", EVERY_STATUS);
        parameters.put("limit", "100");
        JsonNode cursor;
        do {
            var page = client.get("/v1/keys", parameters);
            page.path("items").forEach(key -> names.add(key.path("name").asString("")));
            cursor = page.path("next_cursor");
            parameters.put("cursor", cursor.asString(""));
        } while (cursor.isString());
        return names;
    }

    private void issue(JsonNode wanted) {
        var request = (ObjectNode) wanted.path("key").deepCopy();
        setTime(request, "not_before", wanted);
        setTime(request, "expires_at", wanted);
        var key = client.post("/v1/keys", request);
        var with = wanted.path("with").isObject() ? (ObjectNode) wanted.path("with") : ApiClient.object();
        switch (wanted.path("then").asString("")) {
            case "" -> {
                // it stays as it is
            }
            case "use" ->
                client.post(
                        "/v1/keys/verify",
                        ApiClient.object().put("key", key.path("secret").asString()));
            case String step -> client.post("/v1/keys/" + key.path("id").asString() + "/" + step, with);
        }
    }

    /** The file says how long from now. */
    private void setTime(ObjectNode request, String field, JsonNode wanted) {
        if (wanted.has(field)) {
            var distance = Duration.parse(wanted.path(field).asString());
            request.put(field, clock.instant().plus(distance).toString());
        }
    }
}
