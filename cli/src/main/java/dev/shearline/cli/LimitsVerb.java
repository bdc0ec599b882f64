package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;

/** {@code limits} of an organization, a unit or a member: shows what all its keys share, or sets it. */
final class LimitsVerb {
    private static final String CLEAR = "--clear";
    private static final View VIEW = new View(
            "limits",
            List.of(),
            0,
            List.of(
                    Part.of("Id", "id"),
                    Part.of("Rate limits", (surroundings, limits) -> orNone(LimitTerms.rates(limits))),
                    Part.of("Quota", (surroundings, limits) -> orNone(LimitTerms.quota(limits)))),
            List.of("id", "rate_limits", "quota"));

    private LimitsVerb() {}

    static Function<Surroundings, CommandLine> of(Supplier<Resource> resource) {
        return surroundings -> {
            var named = new ResourceCommand(surroundings, resource.get());
            var command = new VerbCommand(
                    surroundings,
                    "limits",
                    "Shows the limits that all its keys share, or sets them: those that are not named are lifted.");
            return named.withId(command)
                    .list(LimitTerms.RATE, LimitTerms.RATE_LABEL, LimitTerms.RATE_DESCRIPTION)
                    .option(LimitTerms.QUOTA, LimitTerms.QUOTA_LABEL, LimitTerms.QUOTA_DESCRIPTION)
                    .flag(CLEAR, "lift all of them")
                    .doing((client, given) -> {
                        run(named, client, given);
                        return ExitCode.OK;
                    })
                    .line();
        };
    }

    private static void run(ResourceCommand named, ApiClient client, Given given) {
        var path = named.path(given, "/limits");
        var body = ApiClient.object();
        LimitTerms.putRates(body, given.list(LimitTerms.RATE));
        LimitTerms.putQuota(body, given.find(LimitTerms.QUOTA).orElse(null));
        if (!body.isEmpty() && given.has(CLEAR)) {
            throw CommandFailure.usage("--clear lifts all limits: leave it out, or the others.");
        }
        boolean sets = !body.isEmpty() || given.has(CLEAR);
        given.output().one(sets ? client.put(path, body) : client.get(path, Map.of()), VIEW);
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "none" : text;
    }
}
