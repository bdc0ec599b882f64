package dev.shearline.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Standard output, in the format that was asked for. */
final class Output {
    private static final int LABEL_GAP = 2;

    private final Surroundings surroundings;
    private final Format format;

    Output(Surroundings surroundings, Format format) {
        this.surroundings = surroundings;
        this.format = format;
    }

    /** Whether sentences are wanted, not data. */
    boolean isForPeople() {
        return format == Format.table;
    }

    /** Whether there are rows, for people or for a spreadsheet. */
    boolean isTabular() {
        return format == Format.table || format == Format.csv;
    }

    /** One thing: a page about it, or all of its fields. */
    void one(JsonNode thing, View view) {
        switch (format) {
            case table -> page(thing, view);
            case json -> json(thing);
            case yaml -> surroundings.out().print(Yaml.of(thing));
            case csv -> {
                surroundings.out().println(Csv.line(view.fields()));
                surroundings.out().println(Csv.line(thing, view.fields()));
            }
        }
    }

    /** Several things that are there at once. */
    void all(ArrayNode things, View view) {
        var listing = listing(view);
        listing.page(things);
        listing.end(ApiClient.JSON.nullNode());
    }

    /** One thing that is no row: as JSON where YAML is not asked for. */
    void tree(JsonNode root) {
        if (format == Format.yaml) {
            surroundings.out().print(Yaml.of(root));
        } else {
            json(root);
        }
    }

    Listing listing(View view) {
        return new Listing(surroundings, format, view);
    }

    private void json(JsonNode thing) {
        surroundings.out().println(jsonText(surroundings, thing));
    }

    /** Indented for whoever reads it on a screen, on one line for programs. */
    static String jsonText(Surroundings surroundings, JsonNode thing) {
        return Text.escaped(surroundings.terminals().out() ? thing.toPrettyString() : thing.toString());
    }

    private void page(JsonNode thing, View view) {
        int width = LABEL_GAP + titles(view.lines());
        for (var part : view.lines()) {
            var cell = part.cell().apply(surroundings, thing);
            if (!cell.text().isEmpty()) {
                var line = part.title()
                        + " ".repeat(width - part.title().length())
                        + surroundings.style().paint(cell.colour(), cell.text());
                surroundings.answer(line);
            }
        }
    }

    private static int titles(List<View.Part> parts) {
        return parts.stream().mapToInt(part -> part.title().length()).max().orElse(0);
    }
}
