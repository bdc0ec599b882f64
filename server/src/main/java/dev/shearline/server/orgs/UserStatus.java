package dev.shearline.server.orgs;

import java.util.Locale;

/** Whether a user's keys may do anything. Removed is final. */
public enum UserStatus {
    ACTIVE,
    DISABLED,
    REMOVED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static UserStatus ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
