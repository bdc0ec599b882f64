package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.orgs.UnitField;
import dev.shearline.server.orgs.UserField;
import dev.shearline.token.KeyMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A key to make.
 *
 * @param organization like {@code department}, {@code team} and {@code user} an id, {@code ext:<external id>}, or, from an operator, an
 *     object {@code {external_id, name, …}} that is made in the same transaction if it is not there
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
        Optional<JsonNode> metadata,
        Optional<JsonNode> verifiedMetadata) {

    public NewApiKey {
        scopes = List.copyOf(scopes);
        cidrs = cidrs.map(List::copyOf);
        metadata = metadata.filter(KeyMetadata::isGiven);
        verifiedMetadata = verifiedMetadata.filter(KeyMetadata::isGiven);
    }

    /** A key with nothing but what every key has; the owner is the caller's own organization. */
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
                Optional.empty());
    }
}
