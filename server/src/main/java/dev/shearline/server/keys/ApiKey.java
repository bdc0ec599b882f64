package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.Quota;
import dev.shearline.server.limits.RateLimit;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A key as it is shown, everywhere in the same shape. Never its secret.
 *
 * @param importedAt of a key that another system has made: when it came here
 */
public record ApiKey(
        ApiKeyId id,
        String name,
        String description,
        KeyType type,
        Visibility visibility,
        KeyMode mode,
        KeyStatus status,
        String prefix,
        String lastFour,
        String masked,
        ScopeSet scopes,
        Holder owner,
        Place organization,
        Holder boundary,
        Holder billedTo,
        List<String> cidrs,
        List<String> resources,
        List<RateLimit> rateLimits,
        Optional<Quota> quota,
        JsonNode metadata,
        Optional<JsonNode> verifiedMetadata,
        Optional<Instant> notBefore,
        Optional<Instant> expiresAt,
        Instant createdAt,
        String createdBy,
        Optional<Instant> importedAt,
        Instant updatedAt,
        Optional<Instant> lastUsedAt,
        Optional<String> lastUsedAddress,
        Optional<ApiKeyId> rotatedFrom,
        Optional<ApiKeyId> rotatedTo,
        Optional<Instant> endsAt,
        boolean endAtFirstUse,
        Optional<Instant> rotationDueAt,
        boolean rotationDue,
        Optional<Instant> revokedAt,
        Optional<String> cause,
        Optional<String> reason,
        int version) {

    public ApiKey {
        cidrs = List.copyOf(cidrs);
        resources = List.copyOf(resources);
        rateLimits = List.copyOf(rateLimits);
    }

    /** @param type {@code user}, {@code team}, {@code department}, {@code organization} or {@code instance} */
    public record Holder(String type, String id, Optional<String> externalId) {}

    public record Place(String id, Optional<String> externalId) {}
}
