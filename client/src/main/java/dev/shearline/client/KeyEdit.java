package dev.shearline.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A change of a key. What is not said stays. Immutable: each method returns another one. */
public final class KeyEdit {

    public static final KeyEdit NONE = new KeyEdit(Fields.NONE);

    private final Fields fields;

    private KeyEdit(Fields fields) {
        this.fields = fields;
    }

    public KeyEdit name(String name) {
        return with("name", name);
    }

    public KeyEdit description(String description) {
        return with("description", description);
    }

    public KeyEdit scopes(String... scopes) {
        return with("scopes", List.of(scopes));
    }

    public KeyEdit from(String... cidrs) {
        return with("cidrs", List.of(cidrs));
    }

    public KeyEdit expiresAt(Instant time) {
        return with("expires_at", time.toString());
    }

    /** A further field of the API's reference; null where that takes something away. */
    public KeyEdit with(String field, @Nullable Object value) {
        return new KeyEdit(fields.with(field, value));
    }

    Map<String, @Nullable Object> body() {
        return fields.values();
    }
}
