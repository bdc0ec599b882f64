package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A list that is printed while it arrives, page by page: it may be longer than memory. */
final class Listing {
    static final int PAGE_MAX = 100;

    private final Surroundings surroundings;
    private final Format format;
    private final View view;
    private final Table table;
    private boolean begun;
    private boolean empty = true;
    private JsonNode last = ApiClient.JSON.missingNode();

    Listing(Surroundings surroundings, Format format, View view) {
        this.surroundings = surroundings;
        this.format = format;
        this.view = view;
        this.table = new Table(
                surroundings.style(),
                view.flexible(),
                view.folds(),
                view.columns().stream().map(View.Part::title).toList());
    }

    /** Prints what the list at {@code path} holds: one page of it, or all. */
    void print(ApiClient client, String path, Map<String, String> parameters, boolean all) {
        var asked = new LinkedHashMap<>(parameters);
        if (all) {
            asked.putIfAbsent("limit", Integer.toString(PAGE_MAX));
        }
        JsonNode cursor;
        do {
            var page = client.get(path, asked);
            page(page.path("items"));
            cursor = page.path("next_cursor");
            asked.put("cursor", cursor.asString(""));
        } while (all && cursor.isString() && !surroundings.out().checkError());
        end(cursor);
    }

    void page(JsonNode items) {
        begin();
        for (var item : items) {
            switch (format) {
                case table ->
                    table.add(view.columns().stream()
                            .map(part -> part.cell().apply(surroundings, item))
                            .toList());
                case json -> surroundings.out().print((empty ? "" : ",") + Output.jsonText(surroundings, item));
                case yaml -> surroundings.out().print((empty ? "\n" : "") + Yaml.item(item));
                case csv -> surroundings.out().println(Csv.line(item, view.fields()));
            }
            empty = false;
            last = item;
        }
        if (format == Format.table && !empty) {
            table.takeLines().forEach(surroundings.out()::println);
        }
    }

    /** What was printed last; missing where nothing was. */
    JsonNode last() {
        return last;
    }

    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        switch (format) {
            case table -> {
                // with the first row
            }
            case json -> surroundings.out().print("{\"items\":[");
            case yaml -> surroundings.out().print("items:");
            case csv -> surroundings.out().println(Csv.line(view.fields()));
        }
    }

    void end(JsonNode cursor) {
        begin();
        var next = cursor.isString() ? cursor : ApiClient.JSON.nullNode();
        switch (format) {
            case table -> {
                if (empty) {
                    surroundings.tell("No " + view.none() + ".");
                }
            }
            case json -> surroundings.out().println("],\"next_cursor\":" + next + "}");
            case yaml -> {
                surroundings.out().print(empty ? " []\n" : "");
                surroundings.out().print(Yaml.of(ApiClient.object().set("next_cursor", next)));
            }
            case csv -> {
                // the last row is the end
            }
        }
        if (next.isString() && format != Format.json && format != Format.yaml) {
            surroundings.tell("There are more: --all lists every one.");
        }
    }
}
