package dev.shearline.server.orgs;

import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.util.Optional;

/** A user as stored. */
record UserRow(
        UserId id,
        Optional<String> externalId,
        String name,
        Optional<String> email,
        UserStatus status,
        int version,
        Instant createdAt,
        Instant updatedAt) {

    User shown() {
        return new User(id, externalId, name, email, status, createdAt, updatedAt);
    }

    Slice.Position position() {
        return new Slice.Position(createdAt, id.value());
    }

    @Override
    public String toString() {
        return id.value();
    }
}
