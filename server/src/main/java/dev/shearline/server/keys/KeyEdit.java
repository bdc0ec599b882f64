package dev.shearline.server.keys;

import dev.shearline.server.identity.Ref;
import dev.shearline.server.limits.Quota;
import dev.shearline.server.limits.RateLimit;
import dev.shearline.server.orgs.Settable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What to change of a key; what is left out stays. Null takes away a {@code not_before}, the {@code quota}, the {@code verified_metadata}, or, where the plan
 * allows it, the expiry; and gives the bill back to the owner.
 */
public record KeyEdit(
        Optional<String> name,
        Optional<String> description,
        Optional<JsonNode> metadata,
        Settable<JsonNode> verifiedMetadata,
        Optional<List<String>> scopes,
        Optional<List<String>> cidrs,
        Optional<List<String>> resources,
        Optional<List<RateLimit>> rateLimits,
        Settable<Quota> quota,
        Optional<String> expiresIn,
        Settable<Instant> expiresAt,
        Settable<Instant> notBefore,
        Settable<Ref> billedTo) {

    public KeyEdit {
        scopes = scopes.map(List::copyOf);
        cidrs = cidrs.map(List::copyOf);
        resources = resources.map(List::copyOf);
        rateLimits = rateLimits.map(List::copyOf);
        metadata = metadata.filter(KeyMetadata::isGiven);
    }
}
