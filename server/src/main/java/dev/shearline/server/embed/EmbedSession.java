package dev.shearline.server.embed;

import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.ApiKey;
import dev.shearline.server.keys.ForcedFields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An embed session as it is shown. Never its token. */
record EmbedSession(
        String id,
        ApiKey.Holder owner,
        ApiKey.Place organization,
        boolean includeTeams,
        ScopeSet capabilities,
        Optional<ForcedFields> forced,
        List<String> origins,
        Instant createdAt,
        Instant expiresAt) {

    static final String PREFIX = "ems_";

    EmbedSession {
        origins = List.copyOf(origins);
    }
}
