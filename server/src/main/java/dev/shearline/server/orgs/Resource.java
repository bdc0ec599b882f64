package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import java.time.Instant;
import java.util.Optional;

/**
 * One of the host's things as it is shown.
 *
 * @param resource as keys and verifications name it: {@code project/42}
 */
record Resource(
        String id,
        String resource,
        String type,
        String externalId,
        Optional<String> name,
        OrganizationId organization,
        UnitId unit,
        Instant createdAt,
        Instant updatedAt) {}
