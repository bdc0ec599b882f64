package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code orgs plan}: what an organization may have, what it has of it, and, for operators, another plan. */
final class OrgsPlan {
    private static final View TYPES = new View(
            "types",
            List.of(
                    Part.of("TYPE", "type"),
                    Part.of("USED", "used"),
                    Part.of("INCLUDED", "included"),
                    Part.of("LIFETIME", "lifetime"),
                    Part.of("NO EXPIRY", "no_expiry")),
            0,
            List.of(),
            List.of("type", "used", "included", "lifetime", "no_expiry"));

    private OrgsPlan() {}

    static CommandLine of(Surroundings surroundings) {
        var command = new VerbCommand(
                surroundings,
                "plan",
                "Shows what an organization may have and what it uses, or changes it: that takes an operator key.");
        return command.id("its id, or ext:<your id>")
                .option("--set", "PLAN", "the plan that it has from now on")
                .add(OptionSpec.builder("--override")
                        .arity("1")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel(PlanTerms.LABEL)
                        .description(
                                "what it has besides, repeatable: ci:keys=5, ephemeral, slots:ci-token=20; ci:none leaves"
                                        + " it to the plan again"))
                .flag("--no-overrides", "takes all overrides away")
                .doing((client, given) -> {
                    run(surroundings, client, given);
                    return ExitCode.OK;
                })
                .line();
    }

    private static void run(Surroundings surroundings, ApiClient client, Given given) {
        var path = "/v1/organizations/" + ApiClient.encode(given.id()) + "/plan";
        var body = ApiClient.object();
        given.find("--set").ifPresent(plan -> body.put("plan", plan));
        if (given.has("--no-overrides")) {
            body.putNull("overrides");
        } else if (given.has("--override")) {
            putOverrides(body.putObject("overrides"), given.list("--override"));
        }
        var plan = body.isEmpty() ? client.get(path, Map.of()) : client.patch(path, body);
        if (!given.output().isForPeople()) {
            given.output().tree(plan);
            return;
        }
        surroundings.answer("Plan " + plan.path("plan").asString("") + " ("
                + plan.path("title").asString("") + ") of "
                + plan.path("organization").asString(""));
        given.output().all(rows(plan), TYPES);
        surroundings.answer("Slots: " + plan.path("slots").path("ci_token").asString("") + " a ci token, "
                + plan.path("slots").path("developers").asString("") + " for developers");
        plan.path("over").forEach(over -> surroundings.answer("Over: " + told(over)));
    }

    private static void putOverrides(ObjectNode overrides, List<String> texts) {
        for (var text : texts) {
            if (text.startsWith("slots:")) {
                PlanTerms.putSlots(overrides.withObjectProperty("slots"), text.substring("slots:".length()));
            } else {
                PlanTerms.putType(overrides.withObjectProperty("key_types"), text);
            }
        }
    }

    private static ArrayNode rows(JsonNode plan) {
        var rows = ApiClient.JSON.createArrayNode();
        for (var type : PlanTerms.TYPES) {
            var terms = plan.path("key_types").path(type);
            boolean included = terms.isObject();
            rows.addObject()
                    .put("type", PlanTerms.title(type))
                    .put("used", plan.path("used").path(type).asInt(0))
                    .put("included", included ? terms.path("max_keys").asString("") : "-")
                    .put("lifetime", included ? terms.path("max_lifetime").asString("") : "-")
                    .put("no_expiry", !included ? "-" : terms.path("no_expiry").asBoolean(false) ? "yes" : "no");
        }
        return rows;
    }

    private static String told(JsonNode over) {
        var keys = over.path("used").asInt(0) + " " + over.path("key_type").asString("")
                + (over.path("used").asInt(0) == 1 ? " key" : " keys");
        return switch (over.path("excess").asString("")) {
            case "type" -> keys + ", a type that the plan does not include";
            case "number" ->
                keys + ", of which the plan includes " + over.path("limit").asInt(0);
            default ->
                keys + " that live longer than " + over.path("max_lifetime").asString("");
        };
    }
}
