package dev.shearline.server.orgs;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A user's membership in an organization as it is shown.
 *
 * @param scopes in the place of those that the roles give; empty for those of the roles
 */
public record Member(
        MembershipId id,
        OrganizationId organization,
        User user,
        List<RoleAt> roles,
        Optional<List<String>> scopes,
        Instant createdAt,
        Instant updatedAt) {

    public Member {
        roles = List.copyOf(roles);
        scopes = scopes.map(List::copyOf);
    }
}
