package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.CREATE;
import static dev.shearline.cli.Field.Verb.UPDATE;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The {@link Resource} of plans. */
final class PlanResource {

    private PlanResource() {}

    static Resource of() {
        var view = new View(
                "plans",
                List.of(
                        Part.of("PLAN", "id"),
                        Part.of("TITLE", "title"),
                        terms("PERSONAL", "personal"),
                        terms("TEAM", "team"),
                        terms("CI", "ci"),
                        terms("EPHEMERAL", "ephemeral"),
                        Part.of("CI SLOTS", (surroundings, plan) -> slots(plan, "ci_token")),
                        Part.of("DEV SLOTS", (surroundings, plan) -> slots(plan, "developers"))),
                1,
                List.of(
                        Part.of("Plan", "id"),
                        Part.of("Title", "title"),
                        Part.of("Rank", "rank"),
                        told("Personal keys", "personal"),
                        told("Team keys", "team"),
                        told("CI tokens", "ci"),
                        told("Ephemeral", "ephemeral"),
                        Part.of("CI slots", (surroundings, plan) -> slots(plan, "ci_token") + " a token"),
                        Part.of("Dev. slots", (surroundings, plan) -> slots(plan, "developers"))),
                List.of("id", "title", "rank", "key_types", "slots", "version"));
        return new Resource(
                "plans",
                "plan",
                "Plans of organizations.",
                "/v1/plans",
                "id",
                view,
                Resources.ALL_BUT_PUT,
                Map.of(),
                List.of(),
                false,
                "It is refused while an organization has it.",
                List.of(
                        Field.of("id", "PLAN", "a short word, such as business").neededBy(CREATE),
                        Field.of("title", "TEXT", "what people read")
                                .neededBy(CREATE)
                                .takenBy(UPDATE),
                        Field.of("rank", "N", "the cheapest plan has the lowest (default: 1000)")
                                .form(Field.Form.NUMBER)
                                .takenBy(CREATE, UPDATE),
                        Field.of("key_types", PlanTerms.LABEL, PlanTerms.DESCRIPTION)
                                .form(Field.Form.KEY_TYPES)
                                .neededBy(CREATE)
                                .takenBy(UPDATE),
                        Field.of("slots", PlanTerms.SLOTS_LABEL, PlanTerms.SLOTS_DESCRIPTION)
                                .form(Field.Form.SLOTS)
                                .takenBy(CREATE, UPDATE)));
    }

    private static Part terms(String title, String type) {
        return Part.of(
                title,
                (surroundings, plan) -> PlanTerms.shown(plan.path("key_types").path(type)));
    }

    private static Part told(String title, String type) {
        return Part.of(
                title,
                (surroundings, plan) -> PlanTerms.told(plan.path("key_types").path(type)));
    }

    private static String slots(JsonNode plan, String whose) {
        return plan.path("slots").path(whose).asString("");
    }
}
