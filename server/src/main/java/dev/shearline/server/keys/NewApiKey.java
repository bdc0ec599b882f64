package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.limits.Quota;
import dev.shearline.server.limits.RateLimit;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.orgs.Place;
import dev.shearline.server.orgs.UnitField;
import dev.shearline.server.orgs.UserField;
import dev.shearline.token.KeyMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A key to make. {@code organization}, {@code department}, {@code team} and {@code user} are each an id, {@code ext:<external id>}, or, from
 * an operator, an object {@code {external_id, name, …}} that is made in the same transaction if it is not there.
 *
 * @param organization left out, the caller's own; an operator, who has none, may leave it out beside a user, and then means that
 *     user's personal organization, which is made if need be
 * @param department of a team key, if it is not a team's; without both, the organization itself owns the key
 * @param user of a personal key: whose it is; only somebody who has signed in may leave it out, and then means themselves
 * @param resources to which of the host's things it is limited; none at all: to none
 * @param billedTo of a personal key: a unit of its owner that it is billed to
 * @param expiresIn {@code 12h}, {@code 90d}, {@code 4w}, {@code 1y} or {@code none}
 */
public record NewApiKey(
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
        Optional<Ref> billedTo) {

    public NewApiKey {
        scopes = List.copyOf(scopes);
        cidrs = cidrs.map(List::copyOf);
        resources = resources.map(List::copyOf);
        rateLimits = rateLimits.map(List::copyOf);
        metadata = metadata.filter(KeyMetadata::isGiven);
        verifiedMetadata = verifiedMetadata.filter(KeyMetadata::isGiven);
    }

    /** A key with nothing but what every key has. Of a type whose owner need not be named. */
    public static NewApiKey of(KeyType type, String name, List<String> scopes) {
        return new NewApiKey(
                type,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                scopes,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    Place place() {
        return new Place(organization, department, team, user);
    }

    LimitSet limits() {
        return LimitSet.checked(rateLimits.orElse(List.of()), quota);
    }
}
