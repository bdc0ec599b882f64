package dev.shearline.server.orgs;

import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.UnitId;

/** A role at a unit. */
public record RoleAt(UnitId unit, Role role) {}
