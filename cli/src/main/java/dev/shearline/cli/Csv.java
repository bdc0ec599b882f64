package dev.shearline.cli;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * RFC 4180, but with the line breaks of text files.
 *
 * <p>A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from others.
 */
final class Csv {
    private static final String FORMULA = "=+-@";

    private Csv() {}

    static String line(List<String> values) {
        return values.stream().map(Csv::quoted).collect(Collectors.joining(","));
    }

    /** @param fields names of fields, with dots to those of nested ones */
    static String line(JsonNode item, List<String> fields) {
        return line(fields.stream().map(field -> value(item, field)).toList());
    }

    private static String value(JsonNode item, String field) {
        var value = item;
        for (var part : field.split("\\.")) {
            value = value.path(part);
        }
        return guarded(text(value));
    }

    /** Several values are one, with spaces between. */
    private static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(Csv::text)
                    .collect(Collectors.joining(" "));
        }
        return value.isObject() ? value.toString() : value.asString();
    }

    private static String guarded(String text) {
        var printable = Text.printable(text);
        return !printable.isEmpty() && FORMULA.indexOf(printable.charAt(0)) >= 0 ? "'" + printable : printable;
    }

    private static String quoted(String text) {
        boolean plain = text.indexOf(',') < 0 && text.indexOf('"') < 0;
        return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
