package dev.shearline.client;

import java.util.Map;
import java.util.stream.Stream;

/** Teams of organizations. */
public final class Teams {

    private static final String PATH = "/v1/teams";

    private final Api api;

    Teams(Api api) {
        this.api = api;
    }

    /**
     * Makes it, or changes it where it is there.
     *
     * @param externalId your own id of it
     * @param organization its id, or {@code ext:} and yours
     */
    public Changed<Team> put(String externalId, String organization, String name) {
        return Changed.read(
                api.put(one("ext:" + externalId), Map.of("organization", organization, "name", name)), Team.class);
    }

    /** @param id of the server, or {@code ext:} and yours */
    public Team get(String id) {
        return Json.as(api.get(one(id)), Team.class);
    }

    /** One page after another, each when it is needed. */
    public Stream<Team> list() {
        return api.list(PATH, Map.of(), Team.class);
    }

    private static String one(String id) {
        return PATH + "/" + Api.encode(id);
    }
}
