package dev.shearline.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A key as it is shown. Never its secret.
 *
 * @param status {@code active}, {@code expiring}, {@code revoked}, …
 * @param masked as screens show it
 * @param endsAt of a rotated key: when its grace ends
 * @param cause why it was revoked or disabled
 */
public record ApiKey(
        String id,
        String name,
        String description,
        String type,
        String visibility,
        String mode,
        String status,
        String prefix,
        String lastFour,
        String masked,
        List<String> scopes,
        Holder owner,
        Place organization,
        Holder boundary,
        List<String> cidrs,
        List<String> resources,
        Map<String, Object> metadata,
        Optional<Map<String, Object>> verifiedMetadata,
        Optional<Instant> notBefore,
        Optional<Instant> expiresAt,
        Instant createdAt,
        String createdBy,
        Instant updatedAt,
        Optional<Instant> lastUsedAt,
        Optional<String> rotatedFrom,
        Optional<String> rotatedTo,
        Optional<Instant> endsAt,
        Optional<Instant> revokedAt,
        Optional<String> cause,
        Optional<String> reason,
        int version) {}
