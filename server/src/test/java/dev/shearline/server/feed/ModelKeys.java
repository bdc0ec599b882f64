package dev.shearline.server.feed;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;

/** The keys of a simulation, by their places in a row. */
final class ModelKeys {

    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private ModelKeys() {}

    static String id(int nth) {
        return ApiKeyId.of(nth + 1L, 0).toString();
    }

    static KeyDigest digest(int nth) {
        long word = (nth + 1) * SPREAD;
        return new KeyDigest(word, word ^ 1, word ^ 2, word ^ 3);
    }
}
