package dev.shearline.server.identity;

import java.time.Instant;
import java.util.List;

/**
 * What was agreed on when an embed session was opened.
 *
 * @param subject whose keys it shows: a membership, or a unit
 * @param includesTeams of a membership: whether also the keys of the units where it has a role
 * @param capabilities at most these scopes, to act with and to give
 * @param origins of the pages that it is used from
 */
public record EmbedTerms(
        String id,
        OrganizationId organization,
        String subject,
        boolean includesTeams,
        ScopeSet capabilities,
        Forced forced,
        List<String> origins,
        Instant expiresAt) {

    public EmbedTerms {
        origins = List.copyOf(origins);
    }

    /** What the keys that are made in it may hold at most. */
    public ScopeSet grants() {
        return forced.scopes().orElse(capabilities);
    }
}
