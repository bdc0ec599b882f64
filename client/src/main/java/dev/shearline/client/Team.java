package dev.shearline.client;

import java.time.Instant;
import java.util.Optional;

/**
 * @param organization the id of its organization
 * @param department the id of its department, if it is in one
 */
public record Team(
        String id,
        Optional<String> externalId,
        String name,
        String organization,
        Optional<String> department,
        Instant createdAt,
        Instant updatedAt) {}
