package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.CREATE;
import static dev.shearline.cli.Field.Verb.LIST;
import static dev.shearline.cli.Field.Verb.UPDATE;

import dev.shearline.cli.View.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code webhooks}: endpoints that are called when something has happened, and what was sent to them. */
final class WebhooksCommand {
    private static final String PATH = "/v1/webhooks";
    private static final String NOUN = "webhook";

    private static final View VIEW = new View(
            "webhooks: shearline webhooks create --help",
            List.of(
                    Part.of("ID", "id"),
                    Part.of("URL", "url"),
                    Part.of("EVENTS", (surroundings, webhook) -> KeyText.list(webhook.path("events"))),
                    Part.of("STATE", (surroundings, webhook) -> state(webhook))),
            1,
            List.of(
                    Part.of("Id", "id"),
                    Part.of("Organization", "organization"),
                    Part.of("URL", "url"),
                    Part.of("Events", (surroundings, webhook) -> KeyText.list(webhook.path("events"))),
                    Part.of("Description", "description"),
                    Part.of("State", (surroundings, webhook) -> state(webhook)),
                    Part.time("Failing since", "failing_since"),
                    Part.time("Created", "created_at"),
                    Part.time("Changed", "updated_at")),
            List.of(
                    "id",
                    "organization",
                    "url",
                    "description",
                    "events",
                    "enabled",
                    "disabled_cause",
                    "failing_since",
                    "created_at",
                    "updated_at"));

    private static final View DELIVERIES = new View(
            "deliveries: shearline webhooks test ID sends a message to try with",
            List.of(
                    Part.of("ID", "id"),
                    Part.of("TYPE", "type"),
                    Part.of("STATUS", "status"),
                    Part.of("ANSWER", (surroundings, delivery) -> answer(delivery)),
                    Part.ago("CREATED", "created_at")),
            1,
            List.of(),
            List.of(
                    "id",
                    "message_id",
                    "type",
                    "status",
                    "attempts",
                    "response_status",
                    "latency_ms",
                    "error",
                    "created_at",
                    "last_attempt_at",
                    "next_attempt_at",
                    "settled_at"));

    private final Surroundings surroundings;
    private final Resource resource = new Resource(
            "webhooks",
            NOUN,
            "Endpoints that are called when something has happened.",
            PATH,
            "id",
            VIEW,
            Set.of(Resource.LIST, Resource.GET, Resource.UPDATE),
            Map.of(),
            List.of(),
            false,
            "It is sent nothing any more, and its secret is forgotten.",
            List.of(
                    Field.of("organization", "ID", "its organization: an id, or ext:<your id>")
                            .takenBy(LIST, CREATE),
                    Field.of("url", "URL", "what is called, over https")
                            .neededBy(CREATE)
                            .takenBy(UPDATE),
                    Field.of("events", "TYPE", "a type of event such as key.expiring, or * for all; repeatable")
                            .form(Field.Form.LIST)
                            .neededBy(CREATE)
                            .takenBy(UPDATE),
                    Field.of("description", "TEXT", "what it is for").takenBy(CREATE, UPDATE),
                    Field.of("enabled", "", "whether it is sent anything")
                            .form(Field.Form.FLAG)
                            .takenBy(UPDATE)));

    private WebhooksCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        var command = new WebhooksCommand(surroundings);
        return ResourceCommand.verbsOf(surroundings, command.resource)
                .add("create", command::create)
                .add("delete", () -> ResourceCommand.removal(surroundings, command.resource, "delete"))
                .add("rotate-secret", command::rotateSecret)
                .add("test", command::test)
                .add("deliveries", command::deliveries)
                .add("redeliver", command::redeliver)
                .group("webhooks", command.resource.description(), arguments);
    }

    private static String state(JsonNode webhook) {
        if (webhook.path("enabled").asBoolean(false)) {
            return webhook.hasNonNull("failing_since") ? "failing" : "enabled";
        }
        return "disabled (" + webhook.path("disabled_cause").asString("") + ")";
    }

    private static String answer(JsonNode delivery) {
        return delivery.hasNonNull("response_status")
                ? delivery.path("response_status").asString()
                : delivery.path("error").asString("");
    }

    private VerbCommand verb(String name, String description) {
        return new VerbCommand(surroundings, name, description);
    }

    private CommandLine create() {
        var fields = resource.fields(CREATE);
        return verb("create", "Creates a webhook, and prints its secret alone.")
                .fields(fields, CREATE)
                .doing((client, given) -> {
                    issued("Created", given, client.postOnce(PATH, given.body(fields)));
                    return ExitCode.OK;
                })
                .line();
    }

    private CommandLine rotateSecret() {
        return verb("rotate-secret", "Makes a new secret, and prints it alone; the one before signs on for a while.")
                .id("its id")
                .option("--grace", "TIME", "how long the secret before signs too: 0 to 7d (default: 24h)")
                .doing((client, given) -> {
                    var body = ApiClient.object();
                    given.find("--grace").ifPresent(grace -> body.put("grace", grace));
                    issued("Rotated the secret of", given, client.postOnce(path(given) + "/rotate-secret", body));
                    return ExitCode.OK;
                })
                .line();
    }

    private void issued(String past, Given given, JsonNode webhook) {
        if (given.output().isForPeople()) {
            surroundings.out().println(webhook.path("secret").asString(""));
        } else {
            given.output().one(webhook, VIEW);
        }
        if (surroundings.out().checkError()) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "The secret could not be written, and it is kept nowhere that it can be read from: rotate it.");
        }
        surroundings.tell(past + " " + given.titled(resource, webhook)
                + ". The secret is shown this once: your receiver verifies signatures with it.");
    }

    private CommandLine test() {
        return verb("test", "Sends a message to try with.")
                .id("its id")
                .doing((client, given) -> {
                    sent(given, client.post(path(given) + "/test", ApiClient.object()));
                    return ExitCode.OK;
                })
                .line();
    }

    private CommandLine deliveries() {
        return verb("deliveries", "Lists what was sent, and what came of it.")
                .id("its id")
                .option("--status", "STATUS", "waiting, delivered or failed")
                .option("--limit", "N", "how many, at most 100 (default: 25)")
                .flag("--all", "every page")
                .doing((client, given) -> {
                    var parameters = new LinkedHashMap<String, String>();
                    given.find("--status").ifPresent(status -> parameters.put("status", status));
                    given.find("--limit").ifPresent(limit -> parameters.put("limit", limit));
                    given.output()
                            .listing(DELIVERIES)
                            .print(client, path(given) + "/deliveries", parameters, given.has("--all"));
                    return ExitCode.OK;
                })
                .line();
    }

    private CommandLine redeliver() {
        var delivery = List.of(Field.of("delivery", "ID", "the id of the delivery, as deliveries lists it")
                .neededBy(CREATE));
        return verb("redeliver", "Sends a message again, under the same id.")
                .id("the id of the webhook")
                .fields(delivery, CREATE)
                .doing((client, given) -> {
                    var which = ApiClient.encode(given.find("--delivery").orElseThrow());
                    sent(given, client.post(path(given) + "/deliveries/" + which + "/redeliver", ApiClient.object()));
                    return ExitCode.OK;
                })
                .line();
    }

    private void sent(Given given, JsonNode delivery) {
        if (!given.output().isForPeople()) {
            given.output().one(delivery, DELIVERIES);
            return;
        }
        surroundings.out().println(Text.printable(delivery.path("id").asString("")));
        surroundings.tell("It is on its way: shearline webhooks deliveries " + Text.printable(given.id())
                + " shows what comes of it.");
    }

    private static String path(Given given) {
        return PATH + "/" + ApiClient.encode(given.id());
    }
}
