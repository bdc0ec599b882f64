package dev.shearline.client;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Users: people. */
public final class Users {

    private static final String PATH = "/v1/users";

    private final Api api;

    Users(Api api) {
        this.api = api;
    }

    /**
     * Makes the user, or changes what is there.
     *
     * @param externalId your own id of the user
     */
    public Changed<User> put(String externalId, String name, Optional<String> email) {
        var body = Fields.NONE.with("name", name).with("email", email.orElse(null));
        return Changed.read(api.put(one("ext:" + externalId), body.values()), User.class);
    }

    /** @param id of the server, or {@code ext:} and yours */
    public User get(String id) {
        return Json.as(api.get(one(id)), User.class);
    }

    /** One page after another, each when it is needed. */
    public Stream<User> list() {
        return api.list(PATH, Map.of(), User.class);
    }

    private static String one(String id) {
        return PATH + "/" + Api.encode(id);
    }
}
