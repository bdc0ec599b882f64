package dev.shearline.client;

import java.util.Map;
import java.util.stream.Stream;

/** Organizations: the tenants. */
public final class Organizations {

    private static final String PATH = "/v1/organizations";

    private final Api api;

    Organizations(Api api) {
        this.api = api;
    }

    /**
     * Makes it, or changes it where it is there.
     *
     * @param externalId your own id of it
     */
    public Changed<Organization> put(String externalId, String name) {
        return Changed.read(api.put(one("ext:" + externalId), Map.of("name", name)), Organization.class);
    }

    /** @param id of the server, or {@code ext:} and yours */
    public Organization get(String id) {
        return Json.as(api.get(one(id)), Organization.class);
    }

    /** One page after another, each when it is needed. */
    public Stream<Organization> list() {
        return api.list(PATH, Map.of(), Organization.class);
    }

    private static String one(String id) {
        return PATH + "/" + Api.encode(id);
    }
}
