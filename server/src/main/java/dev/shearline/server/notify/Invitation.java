package dev.shearline.server.notify;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.orgs.RoleAt;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An invitation as it is shown. Its token is in the letter and nowhere else.
 *
 * @param status {@code pending}, {@code accepted}, {@code revoked} or {@code expired}
 * @param member of one that was accepted
 */
public record Invitation(
        String id,
        OrganizationId organization,
        String email,
        String name,
        List<RoleAt> roles,
        String status,
        Instant createdAt,
        String createdBy,
        Instant expiresAt,
        Optional<MembershipId> member) {

    static final String ID_PREFIX = "inv_";

    public Invitation {
        roles = List.copyOf(roles);
    }

    /** Names and addresses stay out of logs. */
    @Override
    public String toString() {
        return id;
    }
}
