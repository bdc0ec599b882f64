package dev.shearline.server.usage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What became of a verification. The numbers stand in files that another release may read: they never change. */
public enum Outcome {
    ALLOWED(1),
    REVOKED(2),
    DISABLED(3),
    ALREADY_USED(4),
    EXPIRED(5),
    NOT_YET_VALID(6),
    OWNER_INACTIVE(7),
    WRONG_MODE(8),
    OUTSIDE_BOUNDARY(9),
    INSUFFICIENT_SCOPE(10),
    OUTSIDE_RESOURCES(11),
    ADDRESS_NOT_ALLOWED(12),
    RATE_LIMITED(13),
    QUOTA_EXHAUSTED(14),
    /** A token of which the primary says that it is not there. */
    NOT_FOUND(15);

    private final int code;
    private final String wire = name().toLowerCase(Locale.ROOT);

    Outcome(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    public String wire() {
        return wire;
    }

    public static Optional<Outcome> find(String wire) {
        return Arrays.stream(values())
                .filter(outcome -> outcome.wire.equals(wire))
                .findFirst();
    }

    /** How it is written in the database; that of a newer release goes by its number. */
    static String wire(int code) {
        return Arrays.stream(values())
                .filter(outcome -> outcome.code == code)
                .findFirst()
                .map(Outcome::wire)
                .orElse("outcome_" + code);
    }
}
