package dev.shearline.cli;

import dev.shearline.cli.Table.Cell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code keys list}. */
@Command(
        name = "list",
        description = "Lists keys, newest first. Revoked ones are shown when asked for: --status revoked.",
        mixinStandardHelpOptions = true)
final class KeysList implements Callable<Integer> {
    private static final int PAGE_MAX = 100;
    private static final int NAME_COLUMN = 1;

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(names = "--type", paramLabel = "TYPE", description = "personal, team, ci, ephemeral or operator")
    private @Nullable String type;

    @Option(names = "--organization", paramLabel = "ID", description = "keys of this organization")
    private @Nullable String organization;

    @Option(names = "--owner", paramLabel = "ID", description = "whose keys: a user or a unit")
    private @Nullable String owner;

    @Option(names = "--unit", paramLabel = "ID", description = "keys that are valid in this unit")
    private @Nullable String unit;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "active, expiring, rotating, disabled, expired, not_yet_valid, used or revoked")
    private @Nullable String status;

    @Option(names = "--scope", paramLabel = "SCOPE", description = "keys that hold this scope")
    private @Nullable String scope;

    @Option(names = "--expires-within", paramLabel = "TIME", description = "such as 14d")
    private @Nullable String expiresWithin;

    @Option(names = "--unused-for", paramLabel = "TIME", description = "such as 30d")
    private @Nullable String unusedFor;

    @Option(names = "-q", paramLabel = "TEXT", description = "words of the name, an id, or how the key begins")
    private @Nullable String text;

    @Option(names = "--limit", paramLabel = "N", description = "how many, at most 100 (default: 25)")
    private @Nullable Integer limit;

    @Option(names = "--all", description = "every page")
    private boolean all;

    private final Surroundings surroundings;

    KeysList(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var parameters = parameters();
        var items = ApiClient.JSON.createArrayNode();
        JsonNode cursor;
        try (var client = target.connect(surroundings)) {
            do {
                var page = client.get("/v1/keys", parameters);
                page.path("items").forEach(items::add);
                cursor = page.path("next_cursor");
                parameters.put("cursor", cursor.asString(""));
            } while (all && cursor.isString());
        }
        print(items, cursor);
        return ExitCode.OK;
    }

    private Map<String, String> parameters() {
        var parameters = new LinkedHashMap<String, String>();
        put(parameters, "type", type);
        put(parameters, "organization", organization);
        put(parameters, "owner", owner);
        put(parameters, "unit", unit);
        put(parameters, "status", status);
        put(parameters, "scope", scope);
        put(parameters, "expires_within", expiresWithin);
        put(parameters, "unused_for", unusedFor);
        put(parameters, "q", text);
        put(parameters, "limit", limit != null ? limit.toString() : all ? Integer.toString(PAGE_MAX) : null);
        return parameters;
    }

    private static void put(Map<String, String> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.put(name, value);
        }
    }

    private void print(ArrayNode items, JsonNode cursor) {
        if (target.json()) {
            var answer = ApiClient.object();
            answer.set("items", items);
            answer.set("next_cursor", cursor.isString() ? cursor : ApiClient.JSON.nullNode());
            surroundings.out().println(answer);
            return;
        }
        if (items.isEmpty()) {
            surroundings.err().println(anyFilter() ? "No key matches." : "No keys yet: shearline keys create --help");
            return;
        }
        var table = new Table(
                surroundings.style(), NAME_COLUMN, List.of("ID", "NAME", "TYPE", "STATUS", "LAST USED", "EXPIRES"));
        items.forEach(key -> table.add(List.of(
                Cell.of(KeyText.id(key)),
                Cell.of(KeyText.name(key)),
                Cell.of(key.path("type").asString("")),
                Status.cell(key.path("status").asString("")),
                Cell.of(KeyText.ago(surroundings, key, "last_used_at", "never")),
                Cell.of(KeyText.ago(surroundings, key, "expires_at", "never")))));
        table.lines().forEach(surroundings.out()::println);
        if (cursor.isString()) {
            surroundings.err().println("There are more: --all lists every one.");
        }
    }

    private boolean anyFilter() {
        return !parameters().keySet().stream().allMatch("limit"::equals);
    }
}
