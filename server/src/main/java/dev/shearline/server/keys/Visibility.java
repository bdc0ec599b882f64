package dev.shearline.server.keys;

import java.util.Locale;

/** Whether a key must be kept from the public. A publishable one may stand in a web page. */
public enum Visibility {
    SECRET,
    PUBLISHABLE;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Visibility ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
