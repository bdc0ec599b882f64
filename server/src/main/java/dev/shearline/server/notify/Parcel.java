package dev.shearline.server.notify;

import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;

/** A claimed letter to be. */
record Parcel(
        String id,
        int claim,
        int attempts,
        Instant givesUpAt,
        OrganizationId organization,
        String recipient,
        String type,
        String target,
        String actor,
        Instant at,
        String details) {}
