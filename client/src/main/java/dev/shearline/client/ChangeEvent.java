package dev.shearline.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An event of the stream of changes.
 *
 * @param after the position of the event before it; empty of a first one, and of a reset
 */
record ChangeEvent(Kind kind, Position at, Optional<Position> after, List<String> ids) {

    enum Kind {
        CHANGE,
        HEARTBEAT,
        RESET
    }

    /**
     * Empty of an event that this release does not know.
     *
     * @throws IllegalArgumentException with what is wrong with it
     */
    static Optional<ChangeEvent> read(String name, String id, String data) {
        Kind kind;
        switch (name) {
            case "change" -> kind = Kind.CHANGE;
            case "heartbeat" -> kind = Kind.HEARTBEAT;
            case "reset" -> kind = Kind.RESET;
            default -> {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(read(kind, id, Json.MAPPER.readTree(data)));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("an event is no JSON", e);
        }
    }

    private static ChangeEvent read(Kind kind, String id, JsonNode json) {
        var at = Position.of(json.path("epoch").asLong(-1), json.path("tag").asString(""))
                .filter(position -> position.wire().equals(id))
                .orElseThrow(() -> new IllegalArgumentException("an event has no position"));
        var after = json.has("after")
                ? Optional.of(Position.find(json.path("after").asString(""))
                        .orElseThrow(() -> new IllegalArgumentException("an event follows none")))
                : Optional.<Position>empty();
        var ids = new ArrayList<String>();
        json.path("ids").forEach(each -> ids.add(each.asString("")));
        if (ids.isEmpty() == (kind == Kind.CHANGE) || ids.contains("")) {
            throw new IllegalArgumentException("an event does not say what has changed");
        }
        return new ChangeEvent(kind, at, after, List.copyOf(ids));
    }
}
