package dev.shearline.client;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * What the server has said, looked through: whatever is not as its reference says is no answer.
 *
 * @param forMillis for how long it holds at most, from before the question
 * @param cidrs from where the key works; from anywhere when empty
 */
record RemoteAnswer(
        Verdict verdict,
        List<String> dependsOn,
        boolean cacheable,
        OptionalLong forMillis,
        List<AddressBlock> cidrs,
        Position position)
        implements Reply {

    static final String ALLOWED = "allowed";
    static final String ADDRESS_NOT_ALLOWED = "address_not_allowed";

    private static final int CODE_CHARACTERS_MAX = 64;

    /** @throws IllegalArgumentException with what is wrong with it */
    static RemoteAnswer read(JsonNode json, long minEpoch, Interned interned) {
        var code = text(json, "code").orElseThrow(() -> new IllegalArgumentException("it has no code"));
        require(code.length() <= CODE_CHARACTERS_MAX, "its code is none");
        var valid = json.path("valid");
        require(valid.isBoolean() && valid.booleanValue() == code.equals(ALLOWED), "valid and code disagree");
        var position = position(json);
        require(position.epoch() >= minEpoch, "it is from before the position that was asked for");
        var key = key(json, interned);
        require(!code.equals(ALLOWED) || key.isPresent(), "it allows a key without saying which");
        require(json.path("cacheable").isBoolean(), "it does not say whether it may be remembered");
        var verdict = code.equals(ALLOWED)
                ? new Verdict.Allowed(key.orElseThrow())
                : new Verdict.Denied(interned.one(code), key, retryAfter(json));
        return new RemoteAnswer(
                verdict,
                strings(json, "depends_on", true),
                json.path("cacheable").booleanValue(),
                forMillis(json),
                cidrs(json),
                position);
    }

    /** Whether it says of which key it is, and what can change it: nothing else is remembered. */
    boolean isOfKnownKey() {
        return verdict.key().filter(key -> dependsOn.contains(key.id())).isPresent();
    }

    private static Position position(JsonNode json) {
        require(json.path("epoch").isIntegralNumber() && json.path("epoch").canConvertToLong(), "it has no epoch");
        return text(json, "tag")
                .flatMap(tag -> Position.of(json.path("epoch").longValue(), tag))
                .orElseThrow(() -> new IllegalArgumentException("it has no position"));
    }

    private static Optional<VerifiedKey> key(JsonNode json, Interned interned) {
        return text(json, "key_id")
                .map(id -> new VerifiedKey(
                        id,
                        text(json, "type").map(interned::one),
                        text(json, "mode").map(interned::one),
                        text(json, "visibility").map(interned::one),
                        holder(json.path("owner"), interned),
                        place(json.path("organization"), interned),
                        holder(json.path("boundary"), interned),
                        interned.one(strings(json, "scopes", false)),
                        time(json, "expires_at"),
                        metadata(json.path("metadata"), interned)));
    }

    private static Optional<Holder> holder(JsonNode json, Interned interned) {
        return json.isObject()
                ? interned.one(Optional.of(new Holder(text(json, "type"), text(json, "id"), text(json, "external_id"))))
                : Optional.empty();
    }

    private static Optional<Place> place(JsonNode json, Interned interned) {
        return text(json, "id").flatMap(id -> interned.one(Optional.of(new Place(id, text(json, "external_id")))));
    }

    private static Optional<String> metadata(JsonNode json, Interned interned) {
        return json.isObject() ? interned.one(Optional.of(json.toString())) : Optional.empty();
    }

    private static Optional<Duration> retryAfter(JsonNode json) {
        var millis = json.path("retry_after_ms");
        return millis.isIntegralNumber() && millis.canConvertToLong()
                ? Optional.of(Duration.ofMillis(Math.max(0, millis.longValue())))
                : Optional.empty();
    }

    private static OptionalLong forMillis(JsonNode json) {
        var millis = json.path("cacheable_for_ms");
        if (millis.isMissingNode() || millis.isNull()) {
            return OptionalLong.empty();
        }
        require(millis.isIntegralNumber() && millis.canConvertToLong(), "its end in time is none");
        return OptionalLong.of(Math.max(0, millis.longValue()));
    }

    private static List<AddressBlock> cidrs(JsonNode json) {
        var blocks = new ArrayList<AddressBlock>();
        for (var text : strings(json, "cidrs", false)) {
            blocks.add(AddressBlock.find(text)
                    .orElseThrow(() -> new IllegalArgumentException("its blocks of addresses are none")));
        }
        return List.copyOf(blocks);
    }

    private static Optional<Instant> time(JsonNode json, String field) {
        try {
            return text(json, field).map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("its " + field + " is no time", e);
        }
    }

    private static Optional<String> text(JsonNode json, String field) {
        var value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        require(value.isString(), "its " + field + " is no text");
        return Optional.of(value.stringValue());
    }

    private static List<String> strings(JsonNode json, String field, boolean required) {
        var list = json.path(field);
        if (!required && (list.isMissingNode() || list.isNull())) {
            return List.of();
        }
        require(list.isArray(), "its " + field + " is no list");
        var texts = new ArrayList<String>(list.size());
        list.forEach(item -> {
            require(item.isString(), "its " + field + " is no list of texts");
            texts.add(item.stringValue());
        });
        return List.copyOf(texts);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
