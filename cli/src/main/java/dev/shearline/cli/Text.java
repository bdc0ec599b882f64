package dev.shearline.cli;

/** Text as a terminal shows it. */
final class Text {
    private static final String ELLIPSIS = "…";

    private Text() {}

    /** Without what would move the cursor, change colours or turn the direction of writing: names come from others. */
    static String printable(String text) {
        var printable = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            int type = Character.getType(character);
            boolean harmful = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            printable.appendCodePoint(harmful ? '\ufffd' : character);
        });
        return printable.toString();
    }

    static int width(String text) {
        return text.codePoints().map(Text::width).sum();
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
