package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code keys unused}: who has keys that nobody uses. */
final class KeysUnused {
    private static final String FOR = "--for";
    private static final String USUAL = "90d";
    private static final List<String> FILTERS = List.of("organization", "owner", "unit", "type", "by");

    private static final View HOLDERS = new View(
            "unused keys",
            List.of(
                    Part.of("NAME", "name"),
                    Part.of("ID", "id"),
                    Part.of("KEYS", "keys"),
                    Part.of("UNUSED", "unused"),
                    Part.of("NEVER USED", "never_used")),
            0,
            List.of(),
            List.of("type", "id", "external_id", "name", "keys", "unused", "never_used"));

    private KeysUnused() {}

    static CommandLine of(Surroundings surroundings) {
        return new VerbCommand(surroundings, "unused", "Counts the keys that nobody uses, by who has them.")
                .option("--organization", "ID", "whose keys; by default the organization of the key that you call with")
                .option(FOR, "TIME", "for how long they were not used: 30d, 1y; by default " + USUAL)
                .option("--by", "WHAT", "owner (by default) or unit")
                .option("--owner", "ID", "of this person or unit alone")
                .option("--unit", "ID", "valid at this unit alone")
                .option("--type", "TYPE", "of this type alone")
                .doing((client, given) -> {
                    run(surroundings, client, given);
                    return ExitCode.OK;
                })
                .line();
    }

    private static void run(Surroundings surroundings, ApiClient client, Given given) {
        var unusedFor = given.find(FOR).orElse(USUAL);
        var parameters = new LinkedHashMap<>(Map.of("unused_for", unusedFor));
        FILTERS.forEach(name -> given.find("--" + name).ifPresent(value -> parameters.put(name, value)));
        var report = client.get("/v1/keys/unused", parameters);
        var output = given.output();
        if (!output.isTabular()) {
            output.tree(report);
            return;
        }
        output.all(rows(report), HOLDERS);
        if (output.isForPeople()) {
            surroundings.tell(counted(report, unusedFor));
        }
    }

    private static ArrayNode rows(JsonNode report) {
        var rows = ApiClient.JSON.createArrayNode();
        report.path("items").forEach(item -> {
            var holder = item.path("holder");
            rows.addObject()
                    .put("type", holder.path("type").asString(""))
                    .put("id", holder.path("id").asString(""))
                    .put("external_id", holder.path("external_id").asString(""))
                    .put("name", item.path("name").asString(""))
                    .put("keys", item.path("keys").asLong())
                    .put("unused", item.path("unused").asLong())
                    .put("never_used", item.path("never_used").asLong());
        });
        return rows;
    }

    private static String counted(JsonNode report, String unusedFor) {
        return "%,d of %,d keys were not used for %s, %,d of these never.%s"
                .formatted(
                        report.path("unused").asLong(),
                        report.path("keys").asLong(),
                        Text.printable(unusedFor),
                        report.path("never_used").asLong(),
                        report.path("more").asBoolean(false) ? " The most are shown." : "");
    }
}
