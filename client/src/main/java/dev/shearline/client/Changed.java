package dev.shearline.client;

import tools.jackson.databind.JsonNode;

/** Something after a change, and how far the change has come. */
public record Changed<T>(T value, Propagation propagation) {

    static <T> Changed<T> read(JsonNode json, Class<T> type) {
        return new Changed<>(Json.as(json, type), Json.as(json.path("propagation"), Propagation.class));
    }
}
