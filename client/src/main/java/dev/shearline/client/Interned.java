package dev.shearline.client;

import java.util.concurrent.ConcurrentHashMap;

/** Equal values as one object: a million keys have a few thousand owners between them. */
final class Interned {

    private static final int MAX = 65_536;

    private final ConcurrentHashMap<Object, Object> values = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked") // what is there under a value is equal to it, and immutable as it is
    <T> T one(T value) {
        if (values.size() >= MAX) {
            values.clear();
        }
        var known = values.putIfAbsent(value, value);
        return known == null ? value : (T) known;
    }
}
