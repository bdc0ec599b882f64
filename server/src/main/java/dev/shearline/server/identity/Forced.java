package dev.shearline.server.identity;

import java.util.Optional;

/**
 * What an embed session gives to every key that is made or changed in it, whatever the request says.
 *
 * @param scopes exactly these
 * @param metadata fields, as JSON, that take the place of those of the request
 * @param verifiedMetadata exactly this, as JSON; a session without it gives none
 * @param maxTtl no longer life, and none without end
 */
public record Forced(
        Optional<ScopeSet> scopes,
        Optional<String> metadata,
        Optional<String> verifiedMetadata,
        Optional<Lifetime> maxTtl) {

    public static final Forced NOTHING =
            new Forced(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
