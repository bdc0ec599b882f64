package dev.shearline.cli;

import java.util.Set;

/**
 * A field of what the API takes, as an option.
 *
 * @param wire its name in JSON, or in the query of a list
 * @param form how its text becomes a value
 * @param needed by these verbs
 * @param taken by these verbs, but not needed
 */
record Field(String wire, String label, String description, Form form, Set<Verb> needed, Set<Verb> taken) {

    enum Form {
        TEXT,
        /** {@code none} takes it away. */
        CLEARABLE,
        FLAG,
        LIST,
        /** {@code ROLE} or {@code ROLE@UNIT}. */
        ROLES,
        NUMBER,
        /** Types of keys with their terms: {@link PlanTerms}. */
        KEY_TYPES,
        /** Numbers of open sessions: {@link PlanTerms}. */
        SLOTS
    }

    enum Verb {
        LIST,
        CREATE,
        PUT,
        UPDATE
    }

    static Field of(String wire, String label, String description) {
        return new Field(wire, label, description, Form.TEXT, Set.of(), Set.of());
    }

    Field form(Form chosen) {
        return new Field(wire, label, description, chosen, needed, taken);
    }

    Field neededBy(Verb... verbs) {
        return new Field(wire, label, description, form, Set.of(verbs), taken);
    }

    Field takenBy(Verb... verbs) {
        return new Field(wire, label, description, form, needed, Set.of(verbs));
    }

    boolean isOf(Verb verb) {
        return needed.contains(verb) || taken.contains(verb);
    }

    String option() {
        if (form == Form.KEY_TYPES) {
            return "--key-type";
        }
        return "--"
                + switch (wire) {
                    case "roles" -> "role";
                    // --url says which instance is meant
                    case "url" -> "endpoint";
                    case "events" -> "event";
                    default -> wire.replace('_', '-');
                };
    }
}
