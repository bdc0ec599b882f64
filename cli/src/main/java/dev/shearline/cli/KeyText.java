package dev.shearline.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A key of the API, in words. */
final class KeyText {

    private KeyText() {}

    static String id(JsonNode key) {
        return key.path("id").asString("?");
    }

    static String name(JsonNode key) {
        return Text.printable(key.path("name").asString(""));
    }

    static String titled(JsonNode key) {
        return id(key) + " \"" + name(key) + "\"";
    }

    /** {@code shl_live_sk_3Fq0…x9Kp}. */
    static String masked(JsonNode key) {
        return Text.printable(
                key.path("prefix").asString("") + "…" + key.path("last_four").asString(""));
    }

    static Optional<Instant> findTime(JsonNode key, String field) {
        try {
            return key.hasNonNull(field)
                    ? Optional.of(Instant.parse(key.path(field).asString("")))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static String ago(Surroundings surroundings, JsonNode key, String field, String otherwise) {
        return findTime(key, field)
                .map(at -> Times.relative(surroundings.clock().instant(), at))
                .orElse(otherwise);
    }

    /** {@code 2030-01-31T12:00:00Z (in 89d)}. */
    static String exact(Surroundings surroundings, Instant at) {
        return at + " (" + Times.relative(surroundings.clock().instant(), at) + ")";
    }

    static String expiry(Surroundings surroundings, JsonNode key) {
        return findTime(key, "expires_at")
                .map(at -> "expires " + exact(surroundings, at))
                .orElse("never expires");
    }

    /** An owner, unit or organization: the caller's own id where there is one. */
    static String party(JsonNode party) {
        if (party.isString()) {
            return Text.printable(party.asString());
        }
        if (!party.isObject()) {
            return "";
        }
        var type = party.path("type").asString("");
        var id = party.hasNonNull("external_id")
                ? "ext:" + party.path("external_id").asString("")
                : party.path("id").asString("");
        return Text.printable((type + " " + id).strip());
    }

    static String list(JsonNode values) {
        var text = new StringBuilder();
        values.forEach(value -> text.append(text.isEmpty() ? "" : ", ").append(value.asString("")));
        return Text.printable(text.toString());
    }
}
