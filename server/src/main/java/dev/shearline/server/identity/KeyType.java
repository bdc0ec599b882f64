package dev.shearline.server.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who owns a key and what it is for. */
public enum KeyType {
    PERSONAL,
    TEAM,
    CI,
    EPHEMERAL,
    OPERATOR;

    private static final KeyType[] ALL = values();

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
        return wire;
    }

    public static KeyType at(int ordinal) {
        return ALL[ordinal];
    }

    public static Optional<KeyType> find(String wire) {
        return Arrays.stream(ALL).filter(type -> type.wire.equals(wire)).findFirst();
    }
}
