package dev.shearline.server.evidence;

import java.time.Instant;
import java.util.Optional;

/**
 * Which events of a chain are wanted.
 *
 * @param since from this time on
 * @param until before this time
 */
record AuditFilter(
        Optional<String> actor,
        Optional<String> action,
        Optional<String> target,
        Optional<Instant> since,
        Optional<Instant> until) {}
