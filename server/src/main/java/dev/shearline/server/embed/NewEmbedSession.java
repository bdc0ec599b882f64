package dev.shearline.server.embed;

import dev.shearline.server.keys.ForcedFields;
import dev.shearline.server.orgs.Place;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An embed session to open.
 *
 * @param owner as a new key names its owner
 * @param includeTeams of a user: also the units where the person has a role
 * @param capabilities to act with, and to give to keys
 * @param ttl {@code 15m}, or whole seconds
 * @param link whether to make a link to the hosted page too
 */
record NewEmbedSession(
        Place owner,
        Optional<Boolean> includeTeams,
        Optional<List<String>> capabilities,
        Optional<ForcedFields> forced,
        Optional<List<String>> origins,
        Optional<JsonNode> ttl,
        Optional<Boolean> link) {

    NewEmbedSession {
        capabilities = capabilities.map(List::copyOf);
        origins = origins.map(List::copyOf);
        ttl = ttl.filter(node -> !node.isNull() && !node.isMissingNode());
    }
}
