package dev.shearline.server.orgs;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.List;

/** A user's membership in an organization as it is shown. */
public record Member(
        MembershipId id,
        OrganizationId organization,
        User user,
        List<RoleAt> roles,
        Instant createdAt,
        Instant updatedAt) {

    public Member {
        roles = List.copyOf(roles);
    }
}
