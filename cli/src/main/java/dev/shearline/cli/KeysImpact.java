package dev.shearline.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code keys impact}: who would notice that a key is gone. */
final class KeysImpact {

    private KeysImpact() {}

    static CommandLine of(Surroundings surroundings) {
        return new VerbCommand(
                        surroundings, "impact", "Shows who would notice that a key is gone: look before you revoke.")
                .id("its id, such as key_3Fq0aZ81bQxR")
                .doing((client, given) -> {
                    var impact = client.get(EachKey.path(given.id()) + "/impact", Map.of());
                    if (given.output().isForPeople()) {
                        tell(surroundings, impact);
                    } else {
                        given.output().tree(impact);
                    }
                    return ExitCode.OK;
                })
                .line();
    }

    private static void tell(Surroundings surroundings, JsonNode impact) {
        surroundings.answer(impact.path("key_id").asString("") + " is "
                + impact.path("status").asString("") + ", last used "
                + KeyText.ago(surroundings, impact, "last_used_at", "never"));
        surroundings.answer("  today         " + requests(impact.path("today")));
        surroundings.answer("  last 7 days   " + requests(impact.path("week")));
        for (var caller : impact.path("callers")) {
            surroundings.answer("  " + times(caller.path("count").asLong()) + " from " + place(caller));
        }
        if (impact.path("other").asLong() > 0) {
            surroundings.answer("  " + times(impact.path("other").asLong()) + " from elsewhere");
        }
    }

    private static String requests(JsonNode totals) {
        long denied =
                totals.path("denied").valueStream().mapToLong(JsonNode::asLong).sum();
        return String.format(
                Locale.ROOT, "%,d allowed, %,d refused", totals.path("allowed").asLong(), denied);
    }

    private static String times(long count) {
        return String.format(Locale.ROOT, "%,d×", count);
    }

    private static String place(JsonNode caller) {
        var place = new StringBuilder(caller.path("address").asString("somewhere"));
        for (var part : new String[] {"route", "user_agent"}) {
            var text = caller.path(part).asString("");
            place.append(text.isEmpty() ? "" : ", " + text);
        }
        return place.toString();
    }
}
