package dev.shearline.client;

import dev.shearline.token.Secret;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Keys: make, find, change, end. */
public final class Keys {

    private static final String PATH = "/v1/keys";

    private final Api api;

    Keys(Api api) {
        this.api = api;
    }

    public IssuedKey create(NewKey key) {
        return issued(api.create(PATH, key.body()));
    }

    public ApiKey get(String id) {
        return Json.as(api.get(one(id)), ApiKey.class);
    }

    /** One page after another, each when it is needed. */
    public Stream<ApiKey> list(KeyFilter filter) {
        return api.list(PATH, filter.parameters(), ApiKey.class);
    }

    public Changed<ApiKey> update(String id, KeyEdit edit) {
        return Changed.read(api.patch(one(id), edit.body()), ApiKey.class);
    }

    /**
     * Makes a new key with everything copied.
     *
     * @param grace how long the old key works: {@code 0} to {@code 30d}
     */
    public IssuedKey rotate(String id, String grace) {
        return issued(api.create(one(id) + "/rotate", Map.of("grace", grace)));
    }

    /** The same; the first use of the new key ends the old one, if that is before its grace ends. */
    public IssuedKey rotateUntilFirstUse(String id, String grace) {
        return issued(api.create(one(id) + "/rotate", Map.of("grace", grace, "end_at_first_use", true)));
    }

    /** Final. Waits for every node, 2 s at most. */
    public Changed<ApiKey> revoke(String id) {
        return change(id, "revoke", Map.of());
    }

    /** @param reason for people, at most 200 characters */
    public Changed<ApiKey> revoke(String id, String reason) {
        return change(id, "revoke", Map.of("reason", reason));
    }

    public Changed<ApiKey> disable(String id) {
        return change(id, "disable", Map.of());
    }

    public Changed<ApiKey> enable(String id) {
        return change(id, "enable", Map.of());
    }

    private Changed<ApiKey> change(String id, String verb, Map<String, Object> body) {
        return Changed.read(api.post(one(id) + "/" + verb, body), ApiKey.class);
    }

    private static IssuedKey issued(JsonNode json) {
        return new IssuedKey(
                Json.as(json, ApiKey.class),
                Secret.of(json.path("secret").asString("")),
                Json.as(json.path("propagation"), Propagation.class));
    }

    private static String one(String id) {
        return PATH + "/" + Api.encode(id);
    }
}
