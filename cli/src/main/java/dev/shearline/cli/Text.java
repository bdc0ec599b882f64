package dev.shearline.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text as a terminal shows it. */
final class Text {
    private static final String ELLIPSIS = "…";
    private static final int FOLD_INDENTATION = 2;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private Text() {}

    /** Without what would move the cursor, change colours or turn the direction of writing: names come from others. */
    static String printable(String text) {
        var printable = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            printable.appendCodePoint(isHarmful(character) ? '\ufffd' : character);
        });
        return printable.toString();
    }

    static boolean isHarmful(int character) {
        int type = Character.getType(character);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }

    static String cannotRead(String file, IOException why) {
        return switch (why) {
            case NoSuchFileException _ -> "There is no file " + printable(file) + ".";
            case AccessDeniedException _ -> "You may not read " + printable(file) + ": see its permissions.";
            default -> "Cannot read " + printable(file) + " (" + printable(String.valueOf(why.getMessage())) + ").";
        };
    }

    /** JSON in which such characters are written as escapes: they stand in strings only. */
    static String escaped(String json) {
        var escaped = new StringBuilder(json.length());
        json.codePoints().forEach(character -> {
            if (character < 0x80 || !isHarmful(character)) {
                escaped.appendCodePoint(character);
                return;
            }
            for (char unit : Character.toChars(character)) {
                escaped.append(String.format("\\u%04x", (int) unit));
            }
        });
        return escaped.toString();
    }

    /** Lines of at most so many columns, where words allow; what follows a first line is indented as it is, and more. */
    static String fold(String text, int columns) {
        return text.lines().map(line -> foldLine(line, columns)).collect(Collectors.joining("\n"));
    }

    private static String foldLine(String line, int columns) {
        if (width(line) <= columns) {
            return line;
        }
        int indentation = line.length() - line.stripLeading().length();
        var next = " ".repeat(indentation + FOLD_INDENTATION);
        var folded = new StringBuilder();
        var current = new StringBuilder(line.substring(0, indentation));
        boolean empty = true;
        for (var word : line.strip().split(" ", -1)) {
            if (!empty && width(current.toString()) + 1 + width(word) > columns) {
                folded.append(current).append('\n');
                current = new StringBuilder(next);
                empty = true;
            }
            current.append(empty ? "" : " ").append(word);
            empty = false;
        }
        return folded.append(current).toString();
    }

    /** Escape sequences of colours take no columns. */
    static int width(String text) {
        var plain = text.indexOf('\u001b') < 0 ? text : COLOUR.matcher(text).replaceAll("");
        return plain.codePoints().map(Text::width).sum();
    }

    /** Two columns for the wide scripts and emoji, none for what combines with the character before it. */
    private static int width(int character) {
        int type = Character.getType(character);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = character >= 0x1100
                && (character <= 0x115f
                        || (character >= 0x2e80 && character <= 0xa4cf)
                        || (character >= 0xac00 && character <= 0xd7a3)
                        || (character >= 0xf900 && character <= 0xfaff)
                        || (character >= 0xfe30 && character <= 0xfe6f)
                        || (character >= 0xff00 && character <= 0xff60)
                        || (character >= 0x1f300 && character <= 0x1faff)
                        || character >= 0x20000);
        return wide ? 2 : 1;
    }

    static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        var kept = new StringBuilder();
        int used = 0;
        for (int character : text.codePoints().toArray()) {
            if (used + width(character) > columns - 1) {
                break;
            }
            kept.appendCodePoint(character);
            used += width(character);
        }
        return kept.append(ELLIPSIS).toString();
    }
}
