package dev.shearline.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Which keys a command is about: by their ids, or all that match. */
final class KeySelection {
    private static final int KEYS_MAX = 10_000;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "the keys")
    private List<String> ids = List.of();

    @Option(
            names = "--where",
            paramLabel = "FILTER",
            description = "instead of ids all keys that match, with the filters of keys list:"
                    + " 'status=expired&organization=ext:acme'; repeatable")
    private List<String> where = List.of();

    @Option(names = "--dry-run", description = "show which keys it would be, and change nothing")
    private boolean dryRun;

    boolean isDryRun() {
        return dryRun;
    }

    boolean isByFilter() {
        return !where.isEmpty();
    }

    boolean several() {
        return isByFilter() || ids.size() > 1;
    }

    List<String> ids() {
        return List.copyOf(new LinkedHashSet<>(ids));
    }

    /** Before anything is asked. */
    void require() {
        if (ids.isEmpty() == where.isEmpty()) {
            throw CommandFailure.usage(
                    ids.isEmpty()
                            ? "Which keys? Give their ids, or --where for all that match. shearline keys list shows them."
                            : "Give either ids or --where.");
        }
        KeyFilters.parse(where);
    }

    /** As they are now. */
    List<JsonNode> find(ApiClient client) {
        if (!isByFilter()) {
            return ids().stream().map(id -> get(client, id)).toList();
        }
        var keys = new ArrayList<JsonNode>();
        var parameters = KeyFilters.parse(where);
        parameters.put("limit", Integer.toString(Listing.PAGE_MAX));
        JsonNode cursor;
        do {
            var page = client.get("/v1/keys", parameters);
            page.path("items").forEach(keys::add);
            cursor = page.path("next_cursor");
            parameters.put("cursor", cursor.asString(""));
            if (keys.size() > KEYS_MAX) {
                throw CommandFailure.usage("More than " + KEYS_MAX + " keys match: narrow --where.");
            }
        } while (cursor.isString());
        return keys;
    }

    private JsonNode get(ApiClient client, String id) {
        try {
            return client.get(EachKey.path(id), Map.of());
        } catch (CommandFailure e) {
            throw several() ? e.about(Text.printable(id)) : e;
        }
    }
}
