package dev.shearline.cli;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Puts into a request what was given on the command line, and leaves out what was not. */
final class Body {
    private static final Pattern STARTS_AS_A_DATE = Pattern.compile("\\d{4}-.*");

    private Body() {}

    static void put(ObjectNode body, String field, @Nullable String value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    static void putAll(ObjectNode body, String field, List<String> values) {
        if (!values.isEmpty()) {
            var array = body.putArray(field);
            values.forEach(array::add);
        }
    }

    /** One option for two fields: a length of time or a point in time. */
    static void putWhen(ObjectNode body, String durationField, String timeField, @Nullable String value) {
        if (value != null) {
            body.put(isTime(value) ? timeField : durationField, value);
        }
    }

    static boolean isTime(String value) {
        return STARTS_AS_A_DATE.matcher(value).matches();
    }
}
