package dev.shearline.server.identity;

import java.text.Normalizer;
import java.util.Optional;

/**
 * The rules for text that people give to things: what they see must be what is stored, in every log and on every screen. Faults are ends
 * of sentences ("must not be empty"), so that a problem, a log line and a command line can each begin them in their own way.
 */
public final class Names {

    public static final int NAME_MAX = 100;

    private Names() {}

    /** Trimmed, and in the one spelling (NFC) that equal text shares. What is stored, compared and counted. */
    public static String normalize(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC).strip();
    }

    /** What is wrong with a normalized name: one line with something to see, of at most {@value #NAME_MAX} characters. */
    public static Optional<String> findFault(String name) {
        return findTextFault(name, NAME_MAX)
                .or(() -> hasLineBreak(name) ? Optional.of("must be one line") : Optional.empty())
                .or(() -> name.codePoints().noneMatch(Names::isVisible)
                        ? Optional.of("must not be empty")
                        : Optional.empty());
    }

    /** What is wrong with a normalized text of several lines, which may be empty. */
    public static Optional<String> findTextFault(String text, int charactersMax) {
        if (text.codePointCount(0, text.length()) > charactersMax) {
            return Optional.of("must have at most " + charactersMax + " characters");
        }
        if (text.codePoints().anyMatch(Names::isBidiControl)) {
            return Optional.of("must not contain characters that change the direction of text, such as U+202E");
        }
        return text.codePoints().allMatch(c -> isLayout(c) || isText(c))
                ? Optional.empty()
                : Optional.of("must not contain control characters or broken ones");
    }

    private static boolean isLayout(int codePoint) {
        return codePoint == '\n' || codePoint == '\t';
    }

    private static boolean hasLineBreak(String name) {
        return name.codePoints().anyMatch(Names::isLayout);
    }

    /** Joiners pass, since scripts and emoji need them; so do characters newer than this Java. */
    private static boolean isText(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

    private static boolean isVisible(int codePoint) {
        return isText(codePoint)
                && Character.getType(codePoint) != Character.FORMAT
                && !Character.isSpaceChar(codePoint)
                && !Character.isWhitespace(codePoint);
    }

    /** The Unicode property Bidi_Control: marks, embeddings, overrides and isolates. */
    private static boolean isBidiControl(int codePoint) {
        return codePoint == 0x061C
                || codePoint == 0x200E
                || codePoint == 0x200F
                || (codePoint >= 0x202A && codePoint <= 0x202E)
                || (codePoint >= 0x2066 && codePoint <= 0x2069);
    }
}
