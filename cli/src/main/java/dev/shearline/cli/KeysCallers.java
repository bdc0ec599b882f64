package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.LIST;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code keys callers}. */
final class KeysCallers {
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
            List.of("address", "route", "user_agent", "count", "last_at"));

    private static final List<Field> RANGE = List.of(
            Field.of("from", "TIME", "such as 2030-01-31T00:00:00Z (default: 30 days ago)")
                    .takenBy(LIST),
            Field.of("to", "TIME", "until when (default: now)").takenBy(LIST));

    private KeysCallers() {}

    static CommandLine of(Surroundings surroundings) {
        return new VerbCommand(
                        surroundings,
                        "callers",
                        "Shows from where a key was used: address, route and user agent, as far as your servers say.")
                .id("its id, such as key_3Fq0aZ81bQxR")
                .fields(RANGE, LIST)
                .doing((client, given) -> {
                    var callers = client.get(EachKey.path(given.id()) + "/callers", given.query(RANGE));
                    if (given.output().isTabular()) {
                        tell(surroundings, given.output(), callers);
                    } else {
                        given.output().tree(callers);
                    }
                    return ExitCode.OK;
                })
                .line();
    }

    private static void tell(Surroundings surroundings, Output output, JsonNode callers) {
        output.all((ArrayNode) callers.path("items"), VIEW);
        long others = callers.path("other").asLong();
        if (output.isForPeople() && others > 0) {
            surroundings.tell(String.format(Locale.ROOT, "Others came %,d times.", others));
        }
    }
}
