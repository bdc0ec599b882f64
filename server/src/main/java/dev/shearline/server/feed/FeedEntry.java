package dev.shearline.server.feed;

import dev.shearline.server.identity.OrganizationId;
import java.util.Optional;

/** A numbered change. The kind is empty when a newer release wrote it. */
public record FeedEntry(
        Epoch epoch, Optional<ChangeKind> kind, Optional<OrganizationId> organization, String target, int version) {}
