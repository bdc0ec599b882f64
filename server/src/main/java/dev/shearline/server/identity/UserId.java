package dev.shearline.server.identity;

import java.util.Optional;

/** A user, across organizations. */
public record UserId(String value) {

    public static final String PREFIX = "usr_";

    public UserId {
        if (!IdSyntax.matches(PREFIX, value)) {
            throw new IllegalArgumentException("not an id of the form " + PREFIX + "…");
        }
    }

    public static Optional<UserId> find(String text) {
        return IdSyntax.matches(PREFIX, text) ? Optional.of(new UserId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
