package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.UnitId;
import java.time.Instant;
import java.util.Optional;

/** A resource as it is stored. */
record ResourceRow(
        String id,
        OrganizationId organization,
        ResourceName resource,
        UnitId unit,
        Optional<String> name,
        Instant createdAt,
        Instant updatedAt) {

    Resource shown() {
        return new Resource(
                id,
                resource.toString(),
                resource.type(),
                resource.externalId(),
                name,
                organization,
                unit,
                createdAt,
                updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id);
    }
}
