package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.limits.Quota;
import dev.shearline.server.limits.RateLimit;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.orgs.UnitField;
import dev.shearline.server.orgs.UserField;
import dev.shearline.token.KeyMode;
import dev.shearline.token.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A key of another system. All that {@link NewApiKey} has means the same here, but that it does not expire unless something says so.
 *
 * @param hash what the other system has kept of it; or else {@code plaintext}
 * @param plaintext the key itself, of which nothing but its digest goes any further
 * @param createdAt by the other system
 * @param prefix how it begins, for lists
 * @param lastFour how it ends
 */
record KeyToImport(
        Optional<Hash> hash,
        Optional<Secret> plaintext,
        KeyType type,
        Optional<String> name,
        Optional<String> description,
        Optional<OrganizationField> organization,
        Optional<UnitField> department,
        Optional<UnitField> team,
        Optional<UserField> user,
        List<String> scopes,
        Optional<KeyMode> mode,
        Optional<Visibility> visibility,
        Optional<String> expiresIn,
        Optional<Instant> expiresAt,
        Optional<Instant> notBefore,
        Optional<List<String>> cidrs,
        Optional<List<String>> resources,
        Optional<List<RateLimit>> rateLimits,
        Optional<Quota> quota,
        Optional<JsonNode> metadata,
        Optional<JsonNode> verifiedMetadata,
        Optional<Ref> billedTo,
        Optional<Instant> createdAt,
        Optional<String> prefix,
        Optional<String> lastFour,
        Optional<Boolean> disabled) {

    /** The field that may hold a whole key. */
    static final String PLAINTEXT = "plaintext";

    KeyToImport {
        scopes = List.copyOf(scopes);
        // null in a list is refused where it is read
        cidrs = cidrs.map(List::copyOf);
        resources = resources.map(List::copyOf);
        rateLimits = rateLimits.map(List::copyOf);
    }

    /** @param salt there, it says that the hash is of more than the key */
    record Hash(Optional<String> algorithm, Optional<String> encoding, String value, Optional<JsonNode> salt) {}

    /** What is asked of it as of any other key. */
    NewApiKey wanted() {
        boolean endless = expiresIn.isEmpty() && expiresAt.isEmpty();
        return new NewApiKey(
                type,
                name,
                description,
                organization,
                department,
                team,
                user,
                scopes,
                mode,
                visibility,
                endless ? Optional.of(Lifetimes.NONE) : expiresIn,
                expiresAt,
                notBefore,
                cidrs,
                resources,
                rateLimits,
                quota,
                metadata,
                verifiedMetadata,
                billedTo);
    }
}
