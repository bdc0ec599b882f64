package dev.shearline.server.identity;

import java.util.Optional;

/** A user's membership in one organization. */
public record MembershipId(String value) {

    public static final String PREFIX = "mem_";

    public MembershipId {
        if (!IdSyntax.matches(PREFIX, value)) {
            throw new IllegalArgumentException("not an id of the form " + PREFIX + "…");
        }
    }

    public static Optional<MembershipId> find(String text) {
        return IdSyntax.matches(PREFIX, text) ? Optional.of(new MembershipId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
