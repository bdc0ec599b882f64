package dev.shearline.server.keys;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** By what a list of keys is sorted. */
public enum KeySort {
    CREATED,
    NAME,
    LAST_USED,
    EXPIRES;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<KeySort> find(String wire) {
        return Arrays.stream(values()).filter(sort -> sort.wire().equals(wire)).findFirst();
    }
}
