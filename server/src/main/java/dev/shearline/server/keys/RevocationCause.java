package dev.shearline.server.keys;

import java.util.Locale;

/** Why a key was revoked. */
public enum RevocationCause {
    MANUAL,
    LEAKED,
    ROTATED,
    OWNER_REMOVED,
    UNUSED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
