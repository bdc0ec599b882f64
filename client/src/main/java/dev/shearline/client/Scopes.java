package dev.shearline.client;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rights that keys can carry. */
public final class Scopes {

    private static final String PATH = "/v1/scopes";

    private final Api api;

    Scopes(Api api) {
        this.api = api;
    }

    /** One page after another, each when it is needed. */
    public Stream<ScopeDefinition> list() {
        return api.list(PATH, Map.of(), ScopeDefinition.class);
    }

    /**
     * Adds a scope of yours; an operator's key is needed.
     *
     * @param roles that hold it
     */
    public Changed<ScopeDefinition> create(String name, String title, List<String> roles) {
        return Changed.read(
                api.create(PATH, Map.of("name", name, "title", title, "roles", roles)), ScopeDefinition.class);
    }
}
