package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.Optional;

/**
 * A department or a team to be.
 *
 * @param organization may be left out by who belongs to one
 * @param department of a team, if it is in one
 */
public record NewUnit(Optional<Ref> organization, String name, Optional<String> externalId, Optional<Ref> department) {}
