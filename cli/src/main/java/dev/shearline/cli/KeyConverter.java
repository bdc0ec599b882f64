package dev.shearline.cli;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes of a row of another system what the API takes. */
sealed interface KeyConverter permits BetterAuthKeys, UnkeyKeys {
    int NAME_MAX = 100;
    int PREFIX_MAX = 16;

    /**
     * A key, and what of it goes nowhere.
     *
     * @param owner by the other system's id
     * @param lost such as "a rate limit"
     */
    record Converted(ObjectNode item, Optional<String> owner, Set<String> lost) {}

    /** Throws {@link ForeignRow.UnusableException} where no key can be made of it. */
    Converted convert(ForeignRow row);

    static void put(ObjectNode item, String field, Optional<String> value) {
        value.ifPresent(text -> item.put(field, text));
    }

    static void putTime(ObjectNode item, String field, Optional<Instant> time) {
        put(item, field, time.map(Instant::toString));
    }

    /** Metadata is an object: anything else goes into one. */
    static void putMetadata(ObjectNode item, Optional<JsonNode> metadata) {
        metadata.filter(node -> !node.isEmpty() || node.isValueNode()).ifPresent(node -> {
            if (node.isObject()) {
                item.set("metadata", node);
            } else {
                item.putObject("metadata").set("metadata", node);
            }
        });
    }

    static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }
}
