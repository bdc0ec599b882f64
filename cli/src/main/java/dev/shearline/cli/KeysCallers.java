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
import tools.jackson.databind.node.ArrayNode;

/** {@code keys callers}. */
@Command(
        name = "callers",
        description = "Shows from where a key was used: address, route and user agent, as far as your servers say.",
        mixinStandardHelpOptions = true)
final class KeysCallers implements Callable<Integer> {
    private static final List<String> FIELDS = List.of("address", "route", "user_agent", "count", "last_at");
    private static final View VIEW = new View(
            "callers in this time",
            List.of(
                    Part.of("ADDRESS", "address"),
                    Part.of("ROUTE", "route"),
                    Part.of("USER AGENT", "user_agent"),
                    Part.of("COUNT", "count"),
                    Part.ago("LAST", "last_at")),
            2,
            List.of(),
            FIELDS);

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Parameters(paramLabel = "ID", description = "its id, such as key_3Fq0aZ81bQxR")
    private String id = "";

    @Option(names = "--from", paramLabel = "TIME", description = "such as 2030-01-31T00:00:00Z (default: 30 days ago)")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "until when (default: now)")
    private @Nullable String to;

    private final Surroundings surroundings;

    KeysCallers(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            var callers = client.get(EachKey.path(id) + "/callers", parameters());
            switch (target.format()) {
                case table -> {
                    output.all((ArrayNode) callers.path("items"), VIEW);
                    if (callers.path("other").asLong() > 0) {
                        surroundings.tell(String.format(
                                Locale.ROOT,
                                "Others came %,d times.",
                                callers.path("other").asLong()));
                    }
                }
                case csv -> output.all((ArrayNode) callers.path("items"), VIEW);
                case json, yaml -> output.tree(callers);
            }
            return ExitCode.OK;
        }
    }

    private Map<String, String> parameters() {
        var parameters = new LinkedHashMap<String, String>();
        if (from != null) {
            parameters.put("from", from);
        }
        if (to != null) {
            parameters.put("to", to);
        }
        return parameters;
    }
}
