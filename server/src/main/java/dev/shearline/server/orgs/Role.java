package dev.shearline.server.orgs;

import java.util.Locale;

/** What a member may do at a unit and below it. */
public enum Role {
    VIEWER,
    DEVELOPER,
    ADMIN,
    OWNER;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Role ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
