package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.time.Instant;
import java.util.Optional;

/** A unit as it is stored. */
record UnitRow(
        UnitId id,
        OrganizationId organization,
        Optional<UnitId> parent,
        Optional<String> externalId,
        String name,
        boolean active,
        int version,
        Instant createdAt,
        Instant updatedAt) {

    UnitKind kind() {
        return id.kind();
    }

    Optional<UnitId> department() {
        return parent.filter(unit -> unit.kind() == UnitKind.DEPARTMENT);
    }

    Unit shown() {
        return new Unit(id, kind(), externalId, name, organization, department(), createdAt, updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id.value());
    }
}
