package dev.shearline.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a benchmark prints: lines, tables as Markdown has them, and each target with whether it was met. */
final class Report {

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    @com.google.errorprone.annotations.FormatMethod
    void line(@com.google.errorprone.annotations.FormatString String format, Object... values) {
        out.println(format.formatted(values));
        out.flush();
    }

    /** A measured ratio or figure against what was asked for; {@code comparison} is {@code >=} or {@code <=}. */
    void target(String what, double measured, String comparison, double target) {
        boolean met = comparison.equals(">=") ? measured >= target : measured <= target;
        line("%s %s: %s (target %s %s)", met ? "met   " : "MISSED", what, figure(measured), comparison, figure(target));
    }

    private static String figure(double value) {
        return value >= 100 ? whole(value) : two(value);
    }

    static String whole(double value) {
        return "%,.0f".formatted(value);
    }

    static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    Table table(String... columns) {
        var table = new Table();
        table.row(columns);
        return table;
    }

    /** Collects rows, so that the columns can be as wide as they must. */
    final class Table {

        private final List<String[]> rows = new ArrayList<>();

        void row(String... cells) {
            rows.add(cells);
        }

        void print() {
            int[] widths = new int[rows.getFirst().length];
            for (var row : rows) {
                for (int i = 0; i < row.length; i++) {
                    widths[i] = Math.max(widths[i], row[i].length());
                }
            }
            print(rows.getFirst(), widths);
            var rule = new StringBuilder("|");
            for (int width : widths) {
                rule.append("-".repeat(width + 2)).append('|');
            }
            line("%s", rule);
            rows.subList(1, rows.size()).forEach(row -> print(row, widths));
        }

        private void print(String[] row, int[] widths) {
            var text = new StringBuilder("|");
            for (int i = 0; i < row.length; i++) {
                var padding = " ".repeat(widths[i] - row[i].length());
                text.append(' ')
                        .append(i == 0 ? row[i] + padding : padding + row[i])
                        .append(" |");
            }
            line("%s", text);
        }
    }
}
