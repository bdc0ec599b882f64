package dev.shearline.server.keys;

import java.util.Locale;

/** Why a key was revoked, or disabled by the server itself. */
public enum RevocationCause {
    MANUAL,
    LEAKED,
    ROTATED,
    OWNER_REMOVED,
    UNUSED,
    HISTORY_FORKED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
