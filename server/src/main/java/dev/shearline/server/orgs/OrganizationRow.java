package dev.shearline.server.orgs;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.util.Optional;

/** An organization as it is stored. */
record OrganizationRow(
        OrganizationId id,
        Optional<String> externalId,
        String name,
        OrganizationStatus status,
        String plan,
        Optional<UserId> personalUser,
        String adminAudience,
        int version,
        Instant createdAt,
        Instant updatedAt) {

    /** The same as a user's personal organization. */
    OrganizationRow of(UserRow user) {
        return new OrganizationRow(
                id,
                externalId,
                name,
                status,
                plan,
                Optional.of(user.id()),
                adminAudience,
                version,
                createdAt,
                updatedAt);
    }

    Organization shown() {
        return new Organization(id, externalId, name, status, plan, personalUser.isPresent(), createdAt, updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id.value());
    }
}
