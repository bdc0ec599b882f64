package dev.shearline.server.http;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * CSV as RFC 4180 has it. A cell that a spreadsheet would run as a formula gets an apostrophe before it: user agents and names come from
 * others.
 */
final class CsvText {

    private static final String FORMULA = "=+-@\t\r";

    private CsvText() {}

    static String line(Collection<String> cells) {
        return cells.stream().map(CsvText::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(String text) {
        var guarded = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean plain = guarded.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? guarded : "\"" + guarded.replace("\"", "\"\"") + "\"";
    }
}
