package dev.shearline.server.identity;

import java.util.Optional;

/** An organization. */
public record OrganizationId(String value) {

    public static final String PREFIX = "org_";

    /** The reserved organization that owns operator keys and the instance's audit chain. Never listed, never closed. */
    public static final OrganizationId INSTANCE = new OrganizationId("org_instance");

    public OrganizationId {
        if (!IdSyntax.matches(PREFIX, value)) {
            throw new IllegalArgumentException("not an id of the form " + PREFIX + "…");
        }
    }

    public static Optional<OrganizationId> find(String text) {
        return IdSyntax.matches(PREFIX, text) ? Optional.of(new OrganizationId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
