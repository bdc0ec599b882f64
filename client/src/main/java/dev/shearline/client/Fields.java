package dev.shearline.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a body, set one after another; a null takes a field away. */
final class Fields {

    static final Fields NONE = new Fields(Map.of());

    private final Map<String, @Nullable Object> values;

    private Fields(Map<String, ? extends @Nullable Object> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<String, @Nullable Object>(values));
    }

    Fields with(String name, @Nullable Object value) {
        var more = new LinkedHashMap<String, @Nullable Object>(values);
        more.put(name, value);
        return new Fields(more);
    }

    Map<String, @Nullable Object> values() {
        return values;
    }
}
