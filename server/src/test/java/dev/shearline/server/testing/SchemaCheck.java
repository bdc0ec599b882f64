package dev.shearline.server.testing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Holds a value against a schema of our OpenAPI document: as much of JSON Schema as that document uses. Stricter in one point: a field that
 * the schema of an object does not name is a fault, for an answer with undocumented fields is what it is to find.
 */
public record SchemaCheck(JsonNode document) {

    /** What is wrong with it, each with its path; empty when nothing is. */
    public List<String> faults(JsonNode schema, JsonNode value) {
        var faults = new ArrayList<String>();
        check(schema, value, "", faults);
        if (value.isObject()) {
            unknownFields(schema, value, faults);
        }
        return faults;
    }

    private JsonNode resolved(JsonNode schema) {
        var reference = schema.path("$ref").asString("");
        return reference.isEmpty() ? schema : resolved(document.at(reference.substring(1)));
    }

    private void check(JsonNode reference, JsonNode value, String at, List<String> faults) {
        var schema = resolved(reference);
        schema.path("allOf").forEach(part -> check(part, value, at, faults));
        if (schema.has("oneOf")) {
            long fitting = schema.path("oneOf")
                    .valueStream()
                    .filter(part -> fits(part, value))
                    .count();
            if (fitting != 1) {
                faults.add(at + ": fits " + fitting + " of oneOf");
            }
        }
        checkType(schema, value, at, faults);
        checkText(schema, value, at, faults);
        if (value.isObject()) {
            checkFields(schema, value, at, faults);
        }
        if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(schema.path("items"), value.get(i), at + "[" + i + "]", faults);
                if (value.get(i).isObject()) {
                    unknownFields(schema.path("items"), value.get(i), faults);
                }
            }
        }
    }

    private boolean fits(JsonNode schema, JsonNode value) {
        var faults = new ArrayList<String>();
        check(schema, value, "", faults);
        return faults.isEmpty();
    }

    private static void checkType(JsonNode schema, JsonNode value, String at, List<String> faults) {
        var types = schema.path("type");
        if (types.isMissingNode()) {
            return;
        }
        var type = typeOf(value);
        boolean fits = types.isString()
                ? isOf(type, types.asString())
                : types.valueStream().anyMatch(t -> isOf(type, t.asString()));
        if (!fits) {
            faults.add(at + ": is " + type + ", not " + types);
        }
    }

    private static boolean isOf(String type, String wanted) {
        return type.equals(wanted) || (type.equals("integer") && wanted.equals("number"));
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case NULL -> "null";
            case BINARY, MISSING, POJO -> "nothing";
        };
    }

    private static void checkText(JsonNode schema, JsonNode value, String at, List<String> faults) {
        if (schema.has("enum") && schema.path("enum").valueStream().noneMatch(value::equals)) {
            faults.add(at + ": " + value + " is none of " + schema.path("enum"));
        }
        if (value.isString()
                && schema.has("pattern")
                && !Pattern.compile(schema.path("pattern").asString())
                        .matcher(value.asString())
                        .find()) {
            faults.add(at + ": " + value + " is not " + schema.path("pattern"));
        }
        if (value.isString()
                && schema.has("maxLength")
                && value.asString().codePoints().count()
                        > schema.path("maxLength").asInt()) {
            faults.add(at + ": is too long");
        }
    }

    private void checkFields(JsonNode schema, JsonNode value, String at, List<String> faults) {
        schema.path("required")
                .valueStream()
                .map(JsonNode::asString)
                .filter(field -> !value.has(field))
                .forEach(field -> faults.add(at + ": has no " + field));
        schema.path("properties").properties().stream()
                .filter(property -> value.has(property.getKey()))
                .forEach(property -> {
                    var field = value.path(property.getKey());
                    check(property.getValue(), field, at + "." + property.getKey(), faults);
                    if (field.isObject()) {
                        unknownFields(property.getValue(), field, faults);
                    }
                });
    }

    private void unknownFields(JsonNode schema, JsonNode value, List<String> faults) {
        var known = new HashSet<String>();
        if (!collectFields(schema, known)) {
            value.propertyNames().stream()
                    .filter(field -> !known.contains(field))
                    .forEach(field -> faults.add("undocumented field " + field));
        }
    }

    /** True when the schema lets an object have any fields. */
    private boolean collectFields(JsonNode reference, Set<String> known) {
        var schema = resolved(reference);
        known.addAll(schema.path("properties").propertyNames());
        boolean open = schema.path("additionalProperties").isBoolean()
                && schema.path("additionalProperties").asBoolean();
        for (var kind : List.of("allOf", "oneOf")) {
            for (var part : schema.path(kind)) {
                open |= collectFields(part, known);
            }
        }
        return open;
    }
}
