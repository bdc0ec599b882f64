package dev.shearline.server.notify;

import java.time.Instant;
import java.util.Optional;

/**
 * What became of one message for one endpoint, so far.
 *
 * @param webhook the endpoint
 * @param messageId the {@code webhook-id} that the receiver sees, the same at each attempt
 * @param status {@code waiting}, {@code delivered} or {@code failed}
 * @param error why the last attempt failed: a word for programs
 * @param nextAttemptAt of one that waits; while an attempt is under way, when another node would take over
 */
public record Delivery(
        String id,
        String webhook,
        String messageId,
        String type,
        String status,
        int attempts,
        Optional<Integer> responseStatus,
        Optional<Integer> latencyMs,
        Optional<String> error,
        Instant createdAt,
        Optional<Instant> lastAttemptAt,
        Optional<Instant> nextAttemptAt,
        Optional<Instant> settledAt) {

    static final String ID_PREFIX = "dlv_";
}
