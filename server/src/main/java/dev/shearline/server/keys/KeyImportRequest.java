package dev.shearline.server.keys;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Keys of another system, at most {@value KeyImport#KEYS_MAX} of them. Each is read by itself, so that one which cannot be read does not keep
 * the others out.
 *
 * @param dryRun only say what would become of them
 */
record KeyImportRequest(List<JsonNode> items, Optional<Boolean> dryRun) {

    KeyImportRequest {
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > KeyImport.KEYS_MAX) {
            throw KeyProblems.invalid("items", "Send 1 to " + KeyImport.KEYS_MAX + " keys as \"items\".");
        }
    }

    /** Without the keys, which may be in plain text. */
    @Override
    public String toString() {
        return items.size() + " keys to import";
    }
}
