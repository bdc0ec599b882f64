package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.time.Instant;
import java.util.Optional;

/** A department or a team as it is shown. */
public record Unit(
        UnitId id,
        UnitKind type,
        Optional<String> externalId,
        String name,
        OrganizationId organization,
        Optional<UnitId> department,
        Instant createdAt,
        Instant updatedAt) {}
