package dev.shearline.cli;

import dev.shearline.cli.Style.Colour;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

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
        return find(wire)
                .map(status -> new Table.Cell(status.sign + " " + status.word, status.colour))
                .orElseGet(() -> Table.Cell.of("? " + wire));
    }

    /** Before a name: the sign, and the word unless all is as it should be. */
    static String sign(String wire) {
        return find(wire)
                .map(status -> status == ACTIVE ? status.sign + " " : status.sign + " " + status.word + " · ")
                .orElse("? " + wire + " · ");
    }

    private static Optional<Status> find(String wire) {
        return Arrays.stream(values())
                .filter(status -> status.name().toLowerCase(Locale.ROOT).equals(wire))
                .findFirst();
    }
}
