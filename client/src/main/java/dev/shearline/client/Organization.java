package dev.shearline.client;

import java.time.Instant;
import java.util.Optional;

/** @param plan the id of its plan */
public record Organization(
        String id,
        Optional<String> externalId,
        String name,
        String status,
        String plan,
        boolean personal,
        Instant createdAt,
        Instant updatedAt) {}
