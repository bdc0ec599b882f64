package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What was given on the command line of a {@link VerbCommand}, and where its answer goes. */
record Given(Surroundings surroundings, Output output, ParseResult line) {
    private static final String NONE = "none";

    String id() {
        return line.matchedPositionalValue(0, "");
    }

    boolean has(String option) {
        return line.hasMatchedOption(option);
    }

    Optional<String> find(String option) {
        return has(option) ? Optional.of(line.matchedOptionValue(option, "")) : Optional.empty();
    }

    Map<String, String> query(List<Field> fields) {
        var parameters = new LinkedHashMap<String, String>();
        for (var field : fields) {
            find(field.option()).ifPresent(text -> parameters.put(field.wire(), text));
        }
        return parameters;
    }

    ObjectNode body(List<Field> fields) {
        var body = ApiClient.object();
        for (var field : fields) {
            if (!has(field.option())) {
                continue;
            }
            switch (field.form()) {
                case TEXT -> body.put(field.wire(), find(field.option()).orElseThrow());
                case CLEARABLE -> putClearable(body, field);
                case FLAG -> body.put(field.wire(), line.matchedOptionValue(field.option(), Boolean.TRUE));
                case LIST -> values(field).forEach(body.withArray(field.wire())::add);
                case NUMBER ->
                    body.put(field.wire(), PlanTerms.number(find(field.option()).orElseThrow()));
                case KEY_TYPES -> {
                    var types = body.putObject(field.wire());
                    values(field).forEach(text -> PlanTerms.putType(types, text));
                }
                case SLOTS ->
                    PlanTerms.putSlots(
                            body.putObject(field.wire()), find(field.option()).orElseThrow());
                case ROLES -> putRoles(body.putArray(field.wire()), values(field));
            }
        }
        return body;
    }

    List<String> list(String option) {
        return line.matchedOptionValue(option, List.<String>of());
    }

    private List<String> values(Field field) {
        return list(field.option());
    }

    private void putClearable(ObjectNode body, Field field) {
        var text = find(field.option()).orElseThrow();
        if (text.equals(NONE)) {
            body.putNull(field.wire());
        } else {
            body.put(field.wire(), text);
        }
    }

    /** {@code admin@ext:web}; an id of the caller's may have an at sign of its own. */
    private static void putRoles(ArrayNode roles, List<String> texts) {
        for (var text : texts) {
            int at = text.indexOf('@');
            var role = roles.addObject().put("role", at < 0 ? text : text.substring(0, at));
            if (at >= 0) {
                role.put("unit", text.substring(at + 1));
            }
        }
    }

    /** Its id is what a script goes on with: alone on standard output. */
    void made(String past, Resource resource, JsonNode thing) {
        if (!output.isForPeople()) {
            output.one(thing, resource.view());
            return;
        }
        surroundings.out().println(Text.printable(thing.path(resource.id()).asString("")));
        surroundings.tell(past + " " + titled(resource, thing) + ".");
    }

    void changed(String past, Resource resource, JsonNode thing) {
        if (!output.isForPeople()) {
            output.one(thing, resource.view());
            return;
        }
        var known = Propagated.everywhere(thing.path("propagation"));
        surroundings.answer(past + " " + titled(resource, thing) + (known.isEmpty() ? "." : ": " + known + "."));
    }

    /** {@code team team_8hW2vNq5RzL0aYtC "Web"}. */
    String titled(Resource resource, JsonNode thing) {
        var id = thing.path(resource.id()).asString("");
        var name = name(thing);
        return Text.printable(
                resource.noun() + " " + id + (name.isEmpty() || name.equals(id) ? "" : " \"" + name + "\""));
    }

    /** What has to be typed before it is removed. */
    String word(Resource resource, JsonNode thing) {
        return name(thing).isEmpty() ? thing.path(resource.id()).asString("") : name(thing);
    }

    /** Of a member that of the user. */
    private static String name(JsonNode thing) {
        return thing.path("name").asString(thing.path("user").path("name").asString(""));
    }
}
