package dev.shearline.cli;

import dev.shearline.cli.Style.Colour;
import java.util.Locale;

/** A key's status as a sign and a word: the colour adds nothing. */
enum Status {
    ACTIVE("●", "active", Colour.GREEN),
    EXPIRING("◔", "expiring", Colour.YELLOW),
    ROTATING("↻", "rotating", Colour.YELLOW),
    NOT_YET_VALID("◌", "not yet", Colour.FAINT),
    DISABLED("‖", "disabled", Colour.YELLOW),
    EXPIRED("○", "expired", Colour.YELLOW),
    USED("✓", "used", Colour.FAINT),
    REVOKED("✗", "revoked", Colour.RED);

    private final String sign;
    private final String word;
    private final Colour colour;

    Status(String sign, String word, Colour colour) {
        this.sign = sign;
        this.word = word;
        this.colour = colour;
    }

    /** A server newer than this client may know more: then its own word is shown. */
    static Table.Cell cell(String wire) {
        for (var status : values()) {
            if (status.name().toLowerCase(Locale.ROOT).equals(wire)) {
                return new Table.Cell(status.sign + " " + status.word, status.colour);
            }
        }
        return Table.Cell.of("? " + wire);
    }
}
