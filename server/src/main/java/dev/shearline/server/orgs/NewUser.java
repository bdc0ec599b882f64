package dev.shearline.server.orgs;

import java.util.Optional;

/** A user to be. */
public record NewUser(Optional<String> externalId, Optional<String> name, Optional<String> email) {

    @Override
    public String toString() {
        return externalId.orElse("user");
    }
}
