package dev.shearline.server.feed;

import dev.shearline.server.identity.OrganizationId;
import java.util.Optional;

/** A change to announce: of what kind, to which thing, and the version that the thing has after it. */
public record Change(ChangeKind kind, Optional<OrganizationId> organization, String target, int version) {

    /** The id that stands for the catalog of scopes and roles. */
    public static final String INSTANCE = "instance";

    public static Change in(OrganizationId organization, ChangeKind kind, String target, int version) {
        return new Change(kind, Optional.of(organization), target, version);
    }

    public static Change ofInstance(ChangeKind kind, String target, int version) {
        return new Change(kind, Optional.empty(), target, version);
    }
}
