package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.List;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code audit}: what happened, and the proof that nothing of it was changed. */
final class AuditCommand {
    private static final String EVENTS = "/v1/audit-events";
    private static final String INSTANCE = "org_instance";

    private static final View EVENT = new View(
            "events match",
            List.of(
                    Part.ago("WHEN", "at"),
                    Part.of("ACTION", "action"),
                    Part.of("TARGET", "target"),
                    Part.of("BY", (surroundings, event) -> actor(event)),
                    Part.of(
                            "SEQ",
                            (surroundings, event) -> event.path("sealed").asBoolean(false)
                                    ? event.path("seq").asString("")
                                    : "unsealed")),
            2,
            List.of(),
            List.of(
                    "seq",
                    "id",
                    "at",
                    "organization",
                    "actor.kind",
                    "actor.id",
                    "action",
                    "target",
                    "details",
                    "request",
                    "personal",
                    "erased",
                    "sealed",
                    "hash"));
    private static final View CHECKPOINT = new View(
            "checkpoints",
            List.of(
                    Part.of("NUMBER", "number"),
                    Part.ago("SIGNED", "at"),
                    Part.of("SEQ", "seq"),
                    Part.of("KEY", "key"),
                    Part.of("HASH", "hash")),
            4,
            List.of(),
            List.of("number", "at", "chain", "seq", "hash", "key", "signature", "nonce", "bytes"));

    private static final List<Field> FILTERS = List.of(
            organization(),
            Field.of("actor", "ID", "what this key or member did").takenBy(Field.Verb.LIST),
            Field.of("action", "ACTION", "such as key.revoked").takenBy(Field.Verb.LIST),
            Field.of("target", "ID", "what happened to this thing").takenBy(Field.Verb.LIST),
            Field.of("since", "TIME", "from then on, such as 2030-01-31T00:00:00Z")
                    .takenBy(Field.Verb.LIST),
            Field.of("until", "TIME", "before then").takenBy(Field.Verb.LIST),
            Field.of("order", "ORDER", "asc or desc (default: desc)").takenBy(Field.Verb.LIST));
    private static final List<Field> RANGE = List.of(
            organization(),
            Field.of("from_seq", "N", "the first event (default: 1)").takenBy(Field.Verb.LIST),
            Field.of("to_seq", "N", "the last event, and on to its checkpoint (default: the end)")
                    .takenBy(Field.Verb.LIST));

    private AuditCommand() {}

    private static Field organization() {
        return Field.of("organization", "ID", "whose log; an operator without it gets the instance's own")
                .takenBy(Field.Verb.LIST);
    }

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        return new Commands()
                .add(
                        "list",
                        () -> listing(
                                surroundings, "list", "Lists what happened, newest first.", EVENTS, FILTERS, EVENT))
                .add("export", () -> export(surroundings))
                .add(
                        "checkpoints",
                        () -> listing(
                                surroundings,
                                "checkpoints",
                                "Lists signed checkpoints, newest first. Keep one elsewhere, with -o json, for audit verify.",
                                "/v1/audit-checkpoints",
                                List.of(organization()),
                                CHECKPOINT))
                .add("verify", () -> new CommandLine(new AuditVerify(surroundings)))
                .group("audit", "Lists, exports and verifies the audit log.", arguments);
    }

    private static CommandLine listing(
            Surroundings surroundings, String name, String description, String path, List<Field> fields, View view) {
        return new VerbCommand(surroundings, name, description)
                .fields(fields, Field.Verb.LIST)
                .option("--limit", "N", "how many, at most 100 (default: 25)")
                .flag("--all", "every page")
                .doing((client, given) -> {
                    var parameters = given.query(fields);
                    given.find("--limit").ifPresent(limit -> parameters.put("limit", limit));
                    var listing = given.output().listing(view);
                    listing.print(client, path, parameters, given.has("--all"));
                    if (given.output().isForPeople() && !given.has("--organization") && isOfInstance(listing.last())) {
                        surroundings.tell("This is the instance's own log: users, scopes, plans, operator keys."
                                + " --organization ID shows that of an organization.");
                    }
                    return ExitCode.OK;
                })
                .line();
    }

    /** An event names its organization, a checkpoint its chain. */
    private static boolean isOfInstance(JsonNode shown) {
        return shown.path("organization")
                .asString(shown.path("chain").asString(""))
                .equals(INSTANCE);
    }

    private static CommandLine export(Surroundings surroundings) {
        return new VerbCommand(
                        surroundings,
                        "export",
                        "Writes the log to standard output so that it can be verified: audit verify does that, anywhere.")
                .fields(RANGE, Field.Verb.LIST)
                .doing((client, given) -> {
                    client.download(EVENTS + "/export", given.query(RANGE), surroundings.out());
                    return ExitCode.OK;
                })
                .line();
    }

    private static String actor(JsonNode event) {
        return event.path("actor").path("id").asString("");
    }
}
