package dev.shearline.server.orgs;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A membership as it is stored, with the user but without the roles. */
record MemberRow(
        MembershipId id,
        OrganizationId organization,
        User user,
        boolean active,
        Optional<ScopeSet> scopes,
        int version,
        Instant createdAt,
        Instant updatedAt) {

    Member shown(List<RoleAt> roles) {
        return new Member(id, organization, user, roles, scopes.map(ScopeSet::wire), createdAt, updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id.value());
    }
}
