package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code keys usage}. */
@Command(
        name = "usage",
        description = {
            "Shows how often a key was verified, by day or hour of UTC: allowed, and refused with each reason.",
            "Hours and days in which nothing happened are left out; the newest counts are at most 5 s old."
        },
        mixinStandardHelpOptions = true)
final class KeysUsage implements Callable<Integer> {
    private static final View VIEW = new View(
            "use in this time",
            List.of(
                    Part.of("TIME", "time"),
                    Part.of("ALLOWED", "allowed"),
                    Part.of("UNITS", "units"),
                    Part.of("DENIED", (surroundings, piece) -> denied(piece))),
            3,
            List.of(),
            List.of("time", "allowed", "units", "denied"));

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Parameters(paramLabel = "ID", description = "its id, such as key_3Fq0aZ81bQxR")
    private String id = "";

    @Option(names = "--from", paramLabel = "TIME", description = "such as 2030-01-31T00:00:00Z (default: 30 days ago)")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "until when (default: now)")
    private @Nullable String to;

    @Option(names = "--by", paramLabel = "PIECE", description = "hour or day (default: day)")
    private @Nullable String by;

    private final Surroundings surroundings;

    KeysUsage(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            var usage = client.get(EachKey.path(id) + "/usage", parameters());
            switch (target.format()) {
                case table -> {
                    output.all((ArrayNode) usage.path("items"), VIEW);
                    if (!usage.path("items").isEmpty()) {
                        surroundings.tell(total(usage.path("total")));
                    }
                }
                case csv -> output.all(flat(usage.path("items")), VIEW);
                case json, yaml -> output.tree(usage);
            }
            return ExitCode.OK;
        }
    }

    private Map<String, String> parameters() {
        var parameters = new LinkedHashMap<String, String>();
        put(parameters, "from", from);
        put(parameters, "to", to);
        put(parameters, "granularity", by);
        return parameters;
    }

    private static void put(Map<String, String> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.put(name, value);
        }
    }

    private static String total(JsonNode total) {
        return String.format(
                Locale.ROOT,
                "Together: %,d allowed, %,d units, %,d denied.",
                total.path("allowed").asLong(),
                total.path("units").asLong(),
                sum(total.path("denied")));
    }

    private static long sum(JsonNode denied) {
        return denied.valueStream().mapToLong(JsonNode::asLong).sum();
    }

    private static String denied(JsonNode piece) {
        return String.join(
                ", ",
                piece.path("denied").properties().stream()
                        .map(each -> each.getValue().asLong() + " " + each.getKey())
                        .toList());
    }

    /** In CSV the reasons stand in one cell. */
    private static ArrayNode flat(JsonNode items) {
        var rows = ApiClient.JSON.createArrayNode();
        items.forEach(item -> {
            var row = (ObjectNode) item.deepCopy();
            rows.add(row.put("denied", denied(item)));
        });
        return rows;
    }
}
