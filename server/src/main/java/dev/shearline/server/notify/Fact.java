package dev.shearline.server.notify;

import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;

/**
 * A row of the outbox: something that has become so.
 *
 * @param id the {@code webhook-id} that receivers see
 * @param details JSON
 */
record Fact(
        String id,
        OrganizationId organization,
        EventType type,
        Instant at,
        String target,
        String actorKind,
        String actor,
        String details) {}
