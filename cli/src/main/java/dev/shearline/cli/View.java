package dev.shearline.cli;

import java.util.List;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/**
 * How things of one kind are shown.
 *
 * @param none what is told where there are none, after "No"
 * @param columns of a table
 * @param flexible the index of the column that gives way where all do not fit
 * @param folds whether it goes on below instead of being cut: of what a page of its own does not show
 * @param lines of a page about one of them; those without a value are left out
 * @param fields of CSV, by their names in JSON
 */
record View(String none, List<Part> columns, int flexible, boolean folds, List<Part> lines, List<String> fields) {

    View(String none, List<Part> columns, int flexible, List<Part> lines, List<String> fields) {
        this(none, columns, flexible, false, lines, fields);
    }

    View folding() {
        return new View(none, columns, flexible, true, lines, fields);
    }

    /** A value under its title. */
    record Part(String title, BiFunction<Surroundings, JsonNode, Table.Cell> cell) {

        static Part of(String title, BiFunction<Surroundings, JsonNode, String> text) {
            return new Part(title, (surroundings, thing) -> Table.Cell.of(text.apply(surroundings, thing)));
        }

        /** The text of a field. */
        static Part of(String title, String field) {
            return of(title, (surroundings, thing) -> thing.path(field).asString(""));
        }

        /** How long ago, or until when. */
        static Part ago(String title, String field) {
            return of(title, (surroundings, thing) -> KeyText.ago(surroundings, thing, field, "never"));
        }

        /** The time, and how far it is. */
        static Part time(String title, String field) {
            return of(
                    title,
                    (surroundings, thing) -> KeyText.findTime(thing, field)
                            .map(at -> KeyText.exact(surroundings, at))
                            .orElse(""));
        }
    }
}
