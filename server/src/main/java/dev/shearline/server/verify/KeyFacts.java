package dev.shearline.server.verify;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyMode;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whose key it is that was found good, and what it may do now.
 *
 * @param boundary the unit at which the key is valid
 * @param scopes as far as its owner holds them, at the unit of the terms
 */
public record KeyFacts(
        ApiKeyId id,
        KeyType type,
        KeyMode mode,
        Holder owner,
        Place organization,
        Holder boundary,
        ScopeSet scopes,
        Optional<Instant> notBefore,
        Optional<Instant> expiresAt) {

    /** A user, a unit, or the instance itself. Nothing is known of one that has just gone. */
    public record Holder(Optional<String> type, Optional<String> id, Optional<String> externalId) {}

    /** An organization, or the instance. */
    public record Place(String id, Optional<String> externalId) {}

    private static final long ALWAYS = Long.MIN_VALUE;

    /** The texts lie in the directory as answers show them, and nowhere else: they are read from there. */
    static KeyFacts of(LiveKey key, ScopeSet scopes, JsonMapper mapper) {
        return new KeyFacts(
                key.id(),
                key.type(),
                key.mode(),
                VerdictJson.owner(key).read(mapper, Holder.class),
                VerdictJson.organization(key).read(mapper, Place.class),
                VerdictJson.boundary(key).read(mapper, Holder.class),
                scopes,
                time(key.notBefore, ALWAYS),
                time(key.expiresAt, LiveKey.NEVER));
    }

    private static Optional<Instant> time(long millis, long none) {
        return millis == none ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
