package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Role;
import java.util.Optional;

/** A role in a body. Without a unit it holds at the whole organization. */
public record GrantField(Optional<Ref> unit, Role role) {}
