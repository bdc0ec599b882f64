package dev.shearline.client;

import java.time.Instant;
import java.util.Optional;

/** A person. */
public record User(
        String id,
        Optional<String> externalId,
        String name,
        Optional<String> email,
        String status,
        Instant createdAt,
        Instant updatedAt) {}
