package dev.shearline.server.http;

import java.util.Locale;
import java.util.Optional;

/** Which requests are worth a line in the log. */
public enum RequestLines {
    OFF,
    /** Those that were not answered as asked. */
    FAILURES,
    /** All but verifications that were answered: those are too many, and are counted. */
    MANAGEMENT,
    ALL;

    public static Optional<RequestLines> find(String text) {
        for (var lines : values()) {
            if (lines.name().toLowerCase(Locale.ROOT).equals(text)) {
                return Optional.of(lines);
            }
        }
        return Optional.empty();
    }

    boolean include(boolean hot, int status) {
        return switch (this) {
            case OFF -> false;
            case FAILURES -> status >= 400;
            case MANAGEMENT -> !hot || status >= 400;
            case ALL -> true;
        };
    }
}
