package dev.shearline.server.keys;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a host attaches to a key: a JSON object, kept as it came, and a small one that verification returns. */
final class KeyMetadata {

    static final int BYTES_MAX = 4 * 1024;
    static final int VERIFIED_BYTES_MAX = 256;
    static final String EMPTY = "{}";

    private static final JsonMapper MAPPER = new JsonMapper();

    private KeyMetadata() {}

    /** Jackson makes a node of null, and of a field that was left out. */
    static boolean isGiven(JsonNode metadata) {
        return !metadata.isNull() && !metadata.isMissingNode();
    }

    static String checked(JsonNode metadata) {
        return checked("metadata", metadata, BYTES_MAX);
    }

    /** Empty for an empty object: nothing to return. */
    static Optional<String> checkedVerified(JsonNode metadata) {
        var text = checked("verified_metadata", metadata, VERIFIED_BYTES_MAX);
        return text.equals(EMPTY) ? Optional.empty() : Optional.of(text);
    }

    /** With fields in the place of its own of the same names. */
    static String merged(String metadata, String fields) {
        var merged = (ObjectNode) parse(metadata);
        merged.setAll((ObjectNode) parse(fields));
        return checked(merged);
    }

    static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    private static String checked(String field, JsonNode metadata, int max) {
        if (!metadata.isObject()) {
            throw KeyProblems.invalid(field, "\"" + field + "\" must be a JSON object.");
        }
        requireStorable(field, metadata);
        var text = MAPPER.writeValueAsString(metadata);
        if (text.getBytes(StandardCharsets.UTF_8).length > max) {
            throw KeyProblems.invalid(field, "\"" + field + "\" must have at most " + max + " bytes of JSON.");
        }
        return text;
    }

    /** PostgreSQL's text has no NUL and no half characters, and its numbers no infinity. */
    private static void requireStorable(String field, JsonNode node) {
        node.forEach(child -> requireStorable(field, child));
        node.propertyNames().forEach(name -> requireText(field, name));
        if (node.isString()) {
            requireText(field, node.stringValue());
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            throw KeyProblems.invalid(field, "\"" + field + "\" has a number that is too large.");
        }
    }

    private static void requireText(String field, String text) {
        if (text.codePoints().anyMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE)) {
            throw KeyProblems.invalid(field, "\"" + field + "\" has a NUL or half a character: remove it.");
        }
    }
}
