package dev.shearline.server.identity;

import java.util.Locale;

/** What a member may do at a unit and below it. In ascending order: each may what the ones before it may. */
public enum Role {
    VIEWER,
    DEVELOPER,
    ADMIN,
    OWNER;

    private static final Role[] ALL = values();

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Role ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** For sets of roles as one number. */
    @SuppressWarnings("EnumOrdinal") // in memory only, never stored
    public int bit() {
        return 1 << ordinal();
    }

    /** The highest of a set of roles that is not empty. */
    public static Role highest(int bits) {
        return ALL[31 - Integer.numberOfLeadingZeros(bits)];
    }

    public boolean isAtLeast(Role other) {
        return compareTo(other) >= 0;
    }
}
