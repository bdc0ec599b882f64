package dev.shearline.server.orgs;

import java.util.Locale;

/** Whether an organization's keys may do anything. Closed is final. */
public enum OrganizationStatus {
    ACTIVE,
    SUSPENDED,
    CLOSED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static OrganizationStatus ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
