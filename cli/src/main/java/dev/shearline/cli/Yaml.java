package dev.shearline.cli;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** JSON as YAML 1.2, which older readers read the same way: whatever they might take for something else is quoted. */
final class Yaml {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*");
    private static final Set<String> NOT_PLAIN = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");
    private static final String STEP = "  ";

    private Yaml() {}

    /** Ends with a line break. */
    static String of(JsonNode value) {
        var yaml = new StringBuilder();
        if (isBlock(value)) {
            writeBlock(yaml, value, "", false);
        } else {
            yaml.append(scalar(value)).append('\n');
        }
        return yaml.toString();
    }

    /** An item of a list, as it stands below the list's name. */
    static String item(JsonNode value) {
        var yaml = new StringBuilder();
        writeItem(yaml, value, STEP);
        return yaml.toString();
    }

    private static boolean isBlock(JsonNode value) {
        return value.isContainer() && !value.isEmpty();
    }

    private static void writeBlock(StringBuilder yaml, JsonNode value, String indentation, boolean inLine) {
        if (value.isArray()) {
            value.forEach(item -> writeItem(yaml, item, indentation));
            return;
        }
        boolean first = inLine;
        for (var field : value.properties()) {
            yaml.append(first ? "" : indentation).append(text(field.getKey())).append(':');
            first = false;
            if (isBlock(field.getValue())) {
                yaml.append('\n');
                writeBlock(yaml, field.getValue(), indentation + STEP, false);
            } else {
                yaml.append(' ').append(scalar(field.getValue())).append('\n');
            }
        }
    }

    private static void writeItem(StringBuilder yaml, JsonNode item, String indentation) {
        yaml.append(indentation).append('-');
        if (!isBlock(item)) {
            yaml.append(' ').append(scalar(item)).append('\n');
        } else if (item.isArray()) {
            yaml.append('\n');
            writeBlock(yaml, item, indentation + STEP, false);
        } else {
            yaml.append(' ');
            writeBlock(yaml, item, indentation + STEP, true);
        }
    }

    private static String scalar(JsonNode value) {
        return value.isString() ? text(value.asString()) : value.toString();
    }

    private static String text(String text) {
        if (PLAIN.matcher(text).matches() && !NOT_PLAIN.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').appendCodePoint(character);
            } else if (!Text.isHarmful(character)) {
                quoted.appendCodePoint(character);
            } else {
                quoted.append(
                        character <= Character.MAX_VALUE
                                ? String.format("\\u%04x", character)
                                : String.format("\\U%08x", character));
            }
        });
        return quoted.append('"').toString();
    }
}
