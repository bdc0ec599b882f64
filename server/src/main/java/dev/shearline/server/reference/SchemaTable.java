package dev.shearline.server.reference;

import dev.shearline.server.http.Html;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Objects and parameters as tables: name, type, what it is. */
final class SchemaTable {

    private final ApiDocument document;

    SchemaTable(ApiDocument document) {
        this.document = document;
    }

    static String anchor(String schema) {
        return "object-" + schema;
    }

    Html parameters(List<JsonNode> parameters) {
        var table = begun("Parameter");
        for (var parameter : parameters) {
            row(
                    table,
                    parameter.path("name").asString(),
                    parameter.path("in").asString(),
                    parameter.path("required").asBoolean(false),
                    parameter.path("schema"),
                    parameter.path("description").asString(""));
        }
        return ended(table);
    }

    /** The fields of an object, or the type of what is none. */
    Html fields(JsonNode schema) {
        var fields = new ArrayList<ApiDocument.Named>();
        var required = new HashSet<String>();
        collect(schema, fields, required);
        if (fields.isEmpty()) {
            return Html.part().open("p").add(type(schema)).close("p");
        }
        var table = begun("Field");
        for (var field : fields) {
            var content = field.content();
            var description = content.path("description").asString("");
            row(
                    table,
                    field.name(),
                    "",
                    required.contains(field.name()),
                    content,
                    description.isEmpty() && ApiDocument.referred(content).isPresent()
                            ? document.resolved(content).path("description").asString("")
                            : description);
        }
        return ended(table);
    }

    private void collect(JsonNode schema, List<ApiDocument.Named> fields, Set<String> required) {
        var resolved = document.resolved(schema);
        resolved.path("allOf").valueStream().forEach(part -> collect(part, fields, required));
        resolved.path("properties")
                .properties()
                .forEach(entry -> fields.add(new ApiDocument.Named(entry.getKey(), entry.getValue())));
        resolved.path("required").valueStream().map(JsonNode::asString).forEach(required::add);
    }

    private static Html begun(String first) {
        return Html.part()
                .open("div", "class", "scroll")
                .open("table")
                .open("thead")
                .open("tr")
                .element("th", first, "scope", "col")
                .element("th", "Type", "scope", "col")
                .element("th", "What it is", "scope", "col")
                .close("tr")
                .close("thead")
                .open("tbody");
    }

    private static Html ended(Html table) {
        return table.close("tbody").close("table").close("div");
    }

    private void row(Html table, String name, String place, boolean required, JsonNode schema, String description) {
        table.open("tr").open("th", "scope", "row").element("code", name);
        if (!place.isEmpty()) {
            table.text(" ").element("small", place);
        }
        if (required) {
            table.text(" ").element("small", "required");
        }
        table.close("th").open("td").add(type(schema)).close("td");
        table.open("td").rendered(Markdown.render(description)).close("td").close("tr");
    }

    /** In words, with links to what is described elsewhere on the page. */
    Html type(JsonNode schema) {
        var part = Html.part();
        var referred = ApiDocument.referred(schema);
        if (referred.isPresent()) {
            return part.link("#" + anchor(referred.get()), referred.get());
        }
        for (var choice : List.of("oneOf", "anyOf")) {
            if (schema.has(choice)) {
                boolean first = true;
                for (var each : schema.path(choice).values()) {
                    part.text(first ? "" : " or ").add(type(each));
                    first = false;
                }
                return part;
            }
        }
        if (schema.has("items")) {
            return part.text("list of ").add(type(schema.path("items")));
        }
        if (schema.has("enum")) {
            return part.text(
                    schema.path("enum").valueStream().map(JsonNode::asString).collect(Collectors.joining(", ")));
        }
        if (schema.has("const")) {
            return part.text(schema.path("const").asString());
        }
        return part.text(words(schema));
    }

    private static String words(JsonNode schema) {
        var type = schema.path("type");
        var names = type.isArray()
                ? type.valueStream().map(JsonNode::asString).collect(Collectors.joining(" or "))
                : type.asString("any");
        var format = schema.path("format").asString("");
        return format.isEmpty() ? names : names + " (" + format + ")";
    }
}
