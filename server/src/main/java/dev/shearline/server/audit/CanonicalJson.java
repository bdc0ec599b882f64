package dev.shearline.server.audit;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON with one spelling: names sorted, no white space, UTF-8, characters escaped only where JSON demands it. Hashes are taken of these
 * bytes, so they must never change for the same value.
 */
public final class CanonicalJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private CanonicalJson() {}

    public static byte[] bytes(Map<String, Object> value) {
        return MAPPER.writeValueAsBytes(new TreeMap<>(value));
    }
}
