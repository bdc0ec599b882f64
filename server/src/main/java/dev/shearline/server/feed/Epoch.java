package dev.shearline.server.feed;

import java.util.HexFormat;
import java.util.Optional;

/** A position in the feed. Equal number and equal tag mean equal history. */
public record Epoch(long number, long tag) {

    public static final Epoch NONE = new Epoch(0, 0);

    private static final int TAG_DIGITS = 16;

    public String tagWire() {
        return HexFormat.of().toHexDigits(tag);
    }

    /** As an event id: {@code <epoch>-<tag>}. */
    public String wire() {
        return number + "-" + tagWire();
    }

    public static Optional<Epoch> find(String text) {
        int dash = text.indexOf('-');
        // a sign would make two texts of one epoch
        if (dash < 1 || text.charAt(0) == '+' || text.length() != dash + 1 + TAG_DIGITS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Epoch(
                    Long.parseLong(text, 0, dash, 10), HexFormat.fromHexDigitsToLong(text, dash + 1, text.length())));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
