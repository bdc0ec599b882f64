package dev.shearline.server.plans;

import dev.shearline.server.http.Json;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Plans and overrides as they are stored: read also when a newer release has written more, changed by merging (RFC 7396). */
final class StoredJson {

    private final Json json;

    StoredJson(Json json) {
        this.json = json;
    }

    <T> T read(String stored, Class<T> type) {
        return json.mapper()
                .readerFor(type)
                .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .readValue(stored);
    }

    /** What absence says as well is left out. */
    String write(Object value) {
        return json.mapper().writeValueAsString(merge(json.mapper().createObjectNode(), tree(value)));
    }

    JsonNode tree(Object value) {
        return json.mapper().valueToTree(value);
    }

    /** What has come, merged into what is there, held against its type like any body. */
    <T> T merged(Object before, JsonNode patch, Class<T> type) {
        return json.read(json.mapper().writeValueAsBytes(merge(tree(before), patch)), type);
    }

    /** Null takes away, objects are merged, anything else replaces. */
    private static JsonNode merge(JsonNode before, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        var merged = before instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        for (var change : changes.properties()) {
            if (change.getValue().isNull()) {
                merged.remove(change.getKey());
            } else {
                merged.set(change.getKey(), merge(merged.path(change.getKey()), change.getValue()));
            }
        }
        return merged;
    }
}
