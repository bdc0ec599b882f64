package dev.shearline.client;

import java.util.Optional;

/** An organization. */
public record Place(String id, Optional<String> externalId) {}
