package dev.shearline.server.keys;

import java.util.Locale;

/** What is stored of a key's life. All else about its status follows from its times. */
enum KeyState {
    ACTIVE,
    DISABLED,
    REVOKED,
    USED;

    /** Revoked and used keys never come back. */
    boolean isFinal() {
        return this == REVOKED || this == USED;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static KeyState ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
