package dev.shearline.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows under headings, never wider than a terminal of 80 columns: one column gives way. It ends in an ellipsis, or, where there is no other
 * way to see the rest of it, goes on below.
 */
final class Table {
    static final int WIDTH = 80;
    private static final int GAP = 2;
    private static final int FLEXIBLE_MIN = 8;

    private final Style style;
    private final List<String> headings;
    private final int flexible;
    private final boolean folds;
    private final int[] widths;
    private final List<List<Cell>> rows = new ArrayList<>();
    private boolean headed;

    record Cell(String text, Style.Colour colour) {
        Cell {
            text = Text.printable(text);
        }

        static Cell of(String text) {
            return new Cell(text, Style.Colour.NONE);
        }
    }

    /** @param flexible the index of the column that is cut where all do not fit */
    Table(Style style, int flexible, List<String> headings) {
        this(style, flexible, false, headings);
    }

    /** @param folds whether the flexible column goes on in the next line instead of being cut */
    Table(Style style, int flexible, boolean folds, List<String> headings) {
        this.style = style;
        this.flexible = flexible;
        this.folds = folds;
        this.headings = List.copyOf(headings);
        this.widths = headings.stream().mapToInt(Text::width).toArray();
    }

    void add(List<Cell> row) {
        if (row.size() != headings.size()) {
            throw new IllegalArgumentException(row.size() + " cells under " + headings.size() + " headings");
        }
        rows.add(List.copyOf(row));
    }

    /**
     * The rows since the last time, the first time under the headings. No column is ever narrower than the time before, so
     * that the pages of a long list stand in the same columns.
     */
    List<String> takeLines() {
        widen();
        var fitting = fitting();
        var lines = new ArrayList<String>();
        if (!headed) {
            var heading = headings.stream()
                    .map(text -> new Cell(text, Style.Colour.BOLD))
                    .toList();
            lines.add(line(heading, fitting));
            headed = true;
        }
        rows.forEach(row -> folded(row, fitting).forEach(part -> lines.add(line(part, fitting))));
        rows.clear();
        return lines;
    }

    private List<List<Cell>> folded(List<Cell> row, int[] widths) {
        var whole = row.get(flexible);
        if (!folds || Text.width(whole.text()) <= widths[flexible]) {
            return List.of(row);
        }
        var parts = new ArrayList<List<Cell>>();
        for (var piece : Text.fold(whole.text(), widths[flexible]).lines().toList()) {
            var part = new ArrayList<>(parts.isEmpty() ? row : Collections.nCopies(row.size(), Cell.of("")));
            part.set(flexible, new Cell(piece, whole.colour()));
            parts.add(part);
        }
        return parts;
    }

    private void widen() {
        for (var row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] =
                        Math.max(widths[column], Text.width(row.get(column).text()));
            }
        }
    }

    private int[] fitting() {
        var fitting = widths.clone();
        int total = GAP * (fitting.length - 1) + IntStream.of(fitting).sum();
        if (total > WIDTH) {
            fitting[flexible] = Math.max(FLEXIBLE_MIN, fitting[flexible] - (total - WIDTH));
        }
        shrinkWidest(fitting);
        return fitting;
    }

    /** Where the flexible column alone does not help, the widest ones give way too. */
    private static void shrinkWidest(int[] widths) {
        int total = GAP * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        for (; total > WIDTH; total--) {
            int widest = 0;
            for (int column = 1; column < widths.length; column++) {
                widest = widths[column] > widths[widest] ? column : widest;
            }
            widths[widest]--;
        }
    }

    private String line(List<Cell> row, int[] widths) {
        var line = new StringBuilder();
        int padding = 0;
        for (int column = 0; column < widths.length; column++) {
            var cell = row.get(column);
            var text = Text.cut(cell.text(), widths[column]);
            if (!text.isEmpty()) {
                line.repeat(' ', padding).append(style.paint(cell.colour(), text));
                padding = 0;
            }
            padding += widths[column] - Text.width(text) + GAP;
        }
        return line.toString();
    }
}
