package dev.shearline.server.identity;

import java.util.Locale;

/** The levels of an organization, outermost first. */
public enum UnitKind {
    ORGANIZATION,
    DEPARTMENT,
    TEAM;

    /** As on the wire and in the database: {@code department}. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static UnitKind ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
