package dev.shearline.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code keys tree}. */
@Command(
        name = "tree",
        description = {
            "Draws an organization's keys below the people, teams and pipelines that own them.",
            "Requests are those of the last 30 days that were allowed."
        },
        mixinStandardHelpOptions = true)
final class KeysTree implements Callable<Integer> {
    private static final String ORGANIZATION = "organization";

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(
            names = "--organization",
            paramLabel = "ID",
            description = "whose keys; by default the organization of the key that you call with, or the only one")
    private @Nullable String organization;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "keys of these statuses, with commas between; by default all but revoked and used ones")
    private @Nullable String status;

    private final Surroundings surroundings;

    KeysTree(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            var whose = organization(client);
            var of = Map.of(ORGANIZATION, whose.path("id").asString(""));
            if (target.format() == Format.csv) {
                output.listing(KeyViews.KEY).print(client, "/v1/keys", keysOf(of), true);
                return ExitCode.OK;
            }
            var tree = new KeyTree(whose);
            var unread = new ArrayList<String>();
            eachOrNone(client, "members", of, tree::addMember, unread);
            eachOrNone(client, "departments", of, tree::addUnit, unread);
            eachOrNone(client, "teams", of, tree::addUnit, unread);
            if (!unread.isEmpty()) {
                surroundings.tell(
                        "This key may not read " + String.join(", ", unread) + ": ids are shown instead of names.");
            }
            var used = used(client, of);
            each(
                    client,
                    "/v1/keys",
                    keysOf(of),
                    key -> tree.addKey(key, used.getOrDefault(key.path("id").asString(""), 0L)));
            var root = tree.pruned();
            if (output.isForPeople()) {
                var table = new Table(surroundings.style(), 0, KeyTree.headings());
                KeyTree.draw(surroundings, root, table);
                table.takeLines().forEach(surroundings.out()::println);
            } else {
                output.tree(root);
            }
            return ExitCode.OK;
        }
    }

    /** Without them the tree is still a tree. */
    private Map<String, Long> used(ApiClient client, Map<String, String> organization) {
        var used = new HashMap<String, Long>();
        try {
            each(
                    client,
                    UsageCommand.PATH,
                    usageOf(organization),
                    line -> used.put(
                            line.path("holder").path("id").asString(""),
                            line.path("allowed").asLong()));
            return used;
        } catch (CommandFailure e) {
            surroundings.tell("How often the keys were used cannot be read now: it is left out.");
            return Map.of();
        }
    }

    private Map<String, String> keysOf(Map<String, String> organization) {
        var parameters = new LinkedHashMap<>(organization);
        parameters.put("sort", "name");
        if (status != null) {
            parameters.put("status", status);
        }
        return parameters;
    }

    private static Map<String, String> usageOf(Map<String, String> organization) {
        var parameters = new LinkedHashMap<>(organization);
        parameters.put("by", "key");
        parameters.put("granularity", "total");
        return parameters;
    }

    private JsonNode organization(ApiClient client) {
        if (organization != null) {
            return client.get("/v1/organizations/" + ApiClient.encode(organization), Map.of());
        }
        var self = client.get("/v1/keys/self", Map.of());
        if (!self.path("type").asString("").equals("operator")) {
            return named(client, (ObjectNode) self.path(ORGANIZATION));
        }
        var all = client.get("/v1/organizations", Map.of("limit", "2")).path("items");
        if (all.size() == 1) {
            return all.get(0);
        }
        throw CommandFailure.usage(
                all.isEmpty()
                        ? "There is no organization yet: shearline orgs create --help."
                        : "Whose keys? Name an organization with --organization; shearline orgs list shows them.");
    }

    private static JsonNode named(ApiClient client, ObjectNode own) {
        try {
            return client.get(
                    "/v1/organizations/" + ApiClient.encode(own.path("id").asString()), Map.of());
        } catch (CommandFailure e) {
            if (e.exitCode() != ExitCode.FORBIDDEN) {
                throw e;
            }
            return own.put("name", KeyText.party(own));
        }
    }

    /** Whoever may list keys may not be allowed to list those who own them: then their ids stand for their names. */
    private static void eachOrNone(
            ApiClient client,
            String what,
            Map<String, String> parameters,
            Consumer<JsonNode> use,
            List<String> unread) {
        try {
            each(client, "/v1/" + what, parameters, use);
        } catch (CommandFailure e) {
            if (e.exitCode() != ExitCode.FORBIDDEN) {
                throw e;
            }
            unread.add(what);
        }
    }

    private static void each(ApiClient client, String path, Map<String, String> parameters, Consumer<JsonNode> use) {
        var asked = new LinkedHashMap<>(parameters);
        asked.put("limit", Integer.toString(Listing.PAGE_MAX));
        JsonNode cursor;
        do {
            var page = client.get(path, asked);
            page.path("items").forEach(use);
            cursor = page.path("next_cursor");
            asked.put("cursor", cursor.asString(""));
        } while (cursor.isString());
    }
}
