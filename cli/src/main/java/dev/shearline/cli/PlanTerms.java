package dev.shearline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a plan includes, as it is written on a command line ({@code ci:keys=3,lifetime=1y}) and shown in a column. */
final class PlanTerms {
    static final String LABEL = "TYPE[:TERMS]";
    static final String DESCRIPTION =
            "a type of key that it includes, repeatable, with terms: lifetime=1y, no-expiry or expiry,"
                    + " keys=3 or keys=unlimited, such as ci:keys=3,lifetime=1y; ci:none takes it away";
    static final String SLOTS_LABEL = "WHO=N";
    static final String SLOTS_DESCRIPTION =
            "open sessions at a time: ci-token=10 (each token), developers=50 (all others); a number or unlimited";
    static final List<String> TYPES = List.of("personal", "team", "ci", "ephemeral");

    private static final String NONE = "none";
    private static final String UNLIMITED = "unlimited";
    private static final Map<String, String> NAMES = Map.of("lifetime", "max_lifetime", "keys", "max_keys");
    private static final Set<String> NUMBERS = Set.of("max_keys", "ci_token", "developers");

    private PlanTerms() {}

    /** {@code ci:keys=3,lifetime=1y}. */
    static void putType(ObjectNode types, String text) {
        int colon = text.indexOf(':');
        var type = colon < 0 ? text : text.substring(0, colon);
        if (!TYPES.contains(type)) {
            throw CommandFailure.usage("There is no type \"" + type + "\" of keys: " + String.join(", ", TYPES) + ".");
        }
        var terms = colon < 0 ? "" : text.substring(colon + 1);
        if (terms.equals(NONE)) {
            types.putNull(type);
            return;
        }
        var choice = types.withObjectProperty(type);
        for (var term : terms.isEmpty() ? List.<String>of() : List.of(terms.split(",", -1))) {
            switch (term) {
                case "no-expiry" -> choice.put("no_expiry", true);
                case "expiry" -> choice.put("no_expiry", false);
                default -> putTerm(choice, term);
            }
        }
    }

    private static void putTerm(ObjectNode choice, String term) {
        int equals = term.indexOf('=');
        var name = equals < 0 ? "" : NAMES.getOrDefault(term.substring(0, equals), "");
        if (name.isEmpty()) {
            throw CommandFailure.usage("\"" + term
                    + "\" is no term: lifetime=1y, keys=3, keys=unlimited, no-expiry, expiry, or none alone.");
        }
        put(choice, name, term.substring(equals + 1));
    }

    /** {@code ci-token=10,developers=unlimited}. */
    static void putSlots(ObjectNode slots, String text) {
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            var name = equals < 0 ? "" : part.substring(0, equals).replace('-', '_');
            if (!NUMBERS.contains(name) || name.equals("max_keys")) {
                throw CommandFailure.usage("\"" + part + "\" names no slots: ci-token=10 or developers=50.");
            }
            put(slots, name, part.substring(equals + 1));
        }
    }

    /** {@code none} leaves it to the plan again. */
    private static void put(ObjectNode object, String name, String value) {
        if (value.equals(NONE)) {
            object.putNull(name);
        } else if (NUMBERS.contains(name) && !value.equals(UNLIMITED)) {
            object.put(name, number(value));
        } else {
            object.put(name, value);
        }
    }

    static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw CommandFailure.usage("\"" + text + "\" is no whole number.");
        }
    }

    /** {@code 90d, 3 keys}; a dash for a type that is not included. */
    static String shown(JsonNode terms) {
        if (!terms.isObject()) {
            return "-";
        }
        var life = terms.path("no_expiry").asBoolean(false)
                ? "any"
                : terms.path("max_lifetime").asString("");
        var keys = terms.path("max_keys");
        return keys.isNumber() ? life + " x" + keys.asInt() : life;
    }

    /** For a page. */
    static String told(JsonNode terms) {
        if (!terms.isObject()) {
            return "not included";
        }
        var told = new ArrayList<String>();
        told.add("live at most " + terms.path("max_lifetime").asString(""));
        if (terms.path("no_expiry").asBoolean(false)) {
            told.add("or without expiry");
        }
        var keys = terms.path("max_keys").asString("");
        told.add(keys.equals(UNLIMITED) ? "any number" : keys + " at a time");
        return String.join(", ", told);
    }

    static String title(String type) {
        return type.equals("ci") ? "CI" : type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
    }
}
