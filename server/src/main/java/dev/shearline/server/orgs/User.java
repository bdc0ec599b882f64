package dev.shearline.server.orgs;

import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.util.Optional;

/** A user as it is shown. */
public record User(
        UserId id,
        Optional<String> externalId,
        String name,
        Optional<String> email,
        UserStatus status,
        Instant createdAt,
        Instant updatedAt) {

    /** A name and an e-mail address say who somebody is: no log gets them by accident. */
    @Override
    public String toString() {
        return id.value();
    }
}
