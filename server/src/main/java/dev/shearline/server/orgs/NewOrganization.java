package dev.shearline.server.orgs;

import java.util.Optional;

/** An organization to be. */
public record NewOrganization(String name, Optional<String> externalId) {}
