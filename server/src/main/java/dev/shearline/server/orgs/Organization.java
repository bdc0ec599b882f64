package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.Optional;

/**
 * An organization as it is shown.
 *
 * @param personal whether it is the organization of a single user who has no company
 */
public record Organization(
        OrganizationId id,
        Optional<String> externalId,
        String name,
        OrganizationStatus status,
        String plan,
        boolean personal,
        Instant createdAt,
        Instant updatedAt) {}
