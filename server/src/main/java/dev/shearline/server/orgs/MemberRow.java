package dev.shearline.server.orgs;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.List;

/** A membership as it is stored, with the user but without the roles. */
record MemberRow(
        MembershipId id,
        OrganizationId organization,
        User user,
        boolean active,
        int version,
        Instant createdAt,
        Instant updatedAt) {

    Member shown(List<RoleAt> roles) {
        return new Member(id, organization, user, roles, createdAt, updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id.value());
    }
}
