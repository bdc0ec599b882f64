package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine;

/** {@code usage}: what an organization's keys were asked about, by whom they belong to. */
final class UsageCommand {
    static final String PATH = "/v1/usage";

    private static final List<String> PARAMETERS = List.of("organization", "by", "granularity", "from", "to");

    private static final View LINE = new View(
            "use in this time",
            List.of(
                    Part.of("TIME", "time"),
                    Part.of(
                            "WHO",
                            (surroundings, line) -> line.path("name").asString(KeyText.party(line.path("holder")))),
                    Part.of("KEYS", "keys"),
                    Part.of("ALLOWED", "allowed"),
                    Part.of("DENIED", "denied"),
                    Part.of("UNITS", "units"),
                    Part.of("LATE FOR", "late_for")),
            1,
            List.of(),
            List.of(
                    "time",
                    "late_for",
                    "closed",
                    "organization.id",
                    "organization.external_id",
                    "holder.type",
                    "holder.id",
                    "holder.external_id",
                    "name",
                    "keys",
                    "live_keys",
                    "requests",
                    "allowed",
                    "denied",
                    "units",
                    "idempotency_key"));

    private UsageCommand() {}

    static CommandLine of(Surroundings surroundings) {
        return new VerbCommand(
                        surroundings,
                        "usage",
                        "Shows what an organization's keys were asked about, by whom they belong to.")
                .option("--organization", "ID", "whose keys; by default the organization of the key that you call with")
                .option("--by", "WHAT", "owner (by default), unit, billed_to or key")
                .option("--granularity", "PIECE", "hour, day (by default) or total")
                .option("--from", "TIME", "such as 2030-01-31T00:00:00Z; by default 30 days ago, with hours one day")
                .option("--to", "TIME", "until when; by default now")
                .flag("--closed", "only lines that never change any more")
                .doing((client, given) -> {
                    var parameters = new LinkedHashMap<String, String>();
                    PARAMETERS.forEach(name -> given.find("--" + name).ifPresent(value -> parameters.put(name, value)));
                    if (given.has("--closed")) {
                        parameters.put("closed", "true");
                    }
                    given.output().listing(LINE).print(client, PATH, parameters, true);
                    return ExitCode.OK;
                })
                .line();
    }
}
