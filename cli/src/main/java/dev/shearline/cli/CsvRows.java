package dev.shearline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Reads CSV as RFC 4180 has it: the first row names the fields, and what is empty is not there. */
final class CsvRows {
    /** How databases write that there is nothing. */
    private static final Set<String> NOTHING = Set.of("", "NULL", "\\N", "null");

    private final String text;
    private int at;

    private CsvRows(String text) {
        this.text = text;
    }

    static List<ObjectNode> of(String text) {
        var csv = new CsvRows(text);
        var names = csv.row();
        var rows = new ArrayList<ObjectNode>();
        while (csv.at < text.length()) {
            var cells = csv.row();
            if (cells.size() == 1 && cells.getFirst().isEmpty()) {
                continue;
            }
            if (cells.size() != names.size()) {
                throw new IllegalArgumentException("a row has another number of cells than the heading");
            }
            var row = ApiClient.object();
            for (int i = 0; i < cells.size(); i++) {
                if (!NOTHING.contains(cells.get(i))) {
                    row.put(names.get(i).strip(), cells.get(i));
                }
            }
            rows.add(row);
        }
        return rows;
    }

    /** Up to the end of a line that is not in quotes. */
    private List<String> row() {
        var cells = new ArrayList<String>();
        do {
            cells.add(cell());
        } while (skip(','));
        skip('\r');
        if (at < text.length() && !skip('\n')) {
            throw new IllegalArgumentException("something follows a quoted cell");
        }
        return cells;
    }

    private String cell() {
        if (!skip('"')) {
            int start = at;
            while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }
        var cell = new StringBuilder();
        while (true) {
            int end = text.indexOf('"', at);
            if (end < 0) {
                throw new IllegalArgumentException("a quoted cell has no end");
            }
            cell.append(text, at, end);
            at = end + 1;
            if (!skip('"')) {
                return cell.toString();
            }
            cell.append('"');
        }
    }

    private boolean skip(char expected) {
        boolean there = at < text.length() && text.charAt(at) == expected;
        at += there ? 1 : 0;
        return there;
    }
}
