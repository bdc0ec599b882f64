package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.notify.SendOutcome.Failure;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of who sends what, and of what came of it. */
final class ClaimStore {

    /** From one endpoint that has something waiting to the next by the index, however much waits for each. */
    private static final String BUSY = """
            WITH RECURSIVE busy AS (
                (SELECT organization_id, endpoint_id, next_attempt_at FROM webhook_delivery
                  WHERE state = 'waiting' ORDER BY endpoint_id, next_attempt_at LIMIT 1)
                UNION ALL
                SELECT following.organization_id, following.endpoint_id, following.next_attempt_at
                  FROM busy CROSS JOIN LATERAL
                       (SELECT d.organization_id, d.endpoint_id, d.next_attempt_at FROM webhook_delivery AS d
                         WHERE d.state = 'waiting' AND d.endpoint_id > busy.endpoint_id
                         ORDER BY d.endpoint_id, d.next_attempt_at LIMIT 1) AS following
            )
            SELECT organization_id, endpoint_id FROM busy WHERE next_attempt_at <= :now ORDER BY next_attempt_at LIMIT :max
            """;

    private static final String ENDPOINT = """
            SELECT url, state = 'enabled' AS enabled, failing_since IS NOT NULL AS failing FROM webhook_endpoint WHERE id = :endpoint
            """;
    /** The rows are chosen once: a plan that asked again for each would pass over what it has locked, and claim more. */
    private static final String CLAIM = """
            WITH due AS MATERIALIZED (
                SELECT id FROM webhook_delivery
                 WHERE endpoint_id = :endpoint AND state = 'waiting' AND next_attempt_at <= :now
                 ORDER BY next_attempt_at, id LIMIT :max FOR UPDATE SKIP LOCKED
            )
            UPDATE webhook_delivery AS d
               SET claim = d.claim + 1, next_attempt_at = :lease_until
              FROM due
             WHERE d.id = due.id
            RETURNING d.id, d.claim, d.attempts, d.gives_up_at, d.message_id, d.body
            """;

    private static final String CANCEL = """
            WITH due AS MATERIALIZED (
                SELECT id FROM webhook_delivery
                 WHERE endpoint_id = :endpoint AND state = 'waiting' AND next_attempt_at <= :now
                 ORDER BY next_attempt_at, id LIMIT :max FOR UPDATE SKIP LOCKED
            )
            UPDATE webhook_delivery AS d
               SET state = 'failed', claim = d.claim + 1, error = :error, settled_at = :now
              FROM due
             WHERE d.id = due.id
            """;
    private static final String DELIVERED = """
            UPDATE webhook_delivery
               SET state = 'delivered', attempts = attempts + 1, response_status = :status, latency_ms = :latency, error = NULL,
                   last_attempt_at = :now, settled_at = :now
             WHERE id = :id AND claim = :claim AND state = 'waiting'
            """;
    private static final String RETRY = """
            UPDATE webhook_delivery
               SET attempts = attempts + 1, response_status = :status, latency_ms = :latency, error = :error, last_attempt_at = :now,
                   next_attempt_at = :next
             WHERE id = :id AND claim = :claim AND state = 'waiting'
            """;
    private static final String FAILED = """
            UPDATE webhook_delivery
               SET state = 'failed', attempts = attempts + 1, response_status = :status, latency_ms = :latency, error = :error,
                   last_attempt_at = :now, settled_at = :now
             WHERE id = :id AND claim = :claim AND state = 'waiting'
            """;

    /** An endpoint that has something due. */
    record Busy(String organization, String endpoint) {}

    /** Across tenants: the endpoint that has waited longest first. */
    List<Busy> busy(Tx tx, Instant now, int max) {
        return tx.handle()
                .createQuery(BUSY)
                .bind("now", DatabaseTimes.of(now))
                .bind("max", max)
                .map((row, _) -> new Busy(row.getString("organization_id"), row.getString("endpoint_id")))
                .list();
    }

    record State(String url, boolean enabled, boolean failing) {}

    State state(Tx tx, String endpoint) {
        return tx.handle()
                .createQuery(ENDPOINT)
                .bind("endpoint", endpoint)
                .map((row, _) -> new State(row.getString("url"), row.getBoolean("enabled"), row.getBoolean("failing")))
                .one();
    }

    record Claimed(String id, int claim, int attempts, Instant givesUpAt, String message, String body) {}

    List<Claimed> claim(Tx tx, String endpoint, int max, Instant now, Instant leaseUntil) {
        return tx.handle()
                .createQuery(CLAIM)
                .bind("endpoint", endpoint)
                .bind("now", DatabaseTimes.of(now))
                .bind("lease_until", DatabaseTimes.of(leaseUntil))
                .bind("max", max)
                .map((row, _) -> new Claimed(
                        row.getString("id"),
                        row.getInt("claim"),
                        row.getInt("attempts"),
                        row.getObject("gives_up_at", OffsetDateTime.class).toInstant(),
                        row.getString("message_id"),
                        row.getString("body")))
                .list();
    }

    /** What waits for an endpoint that is sent nothing any more. */
    void cancel(Tx tx, String endpoint, int max, Instant now) {
        tx.handle()
                .createUpdate(CANCEL)
                .bind("endpoint", endpoint)
                .bind("error", Failure.ENDPOINT_DISABLED.wire())
                .bind("now", DatabaseTimes.of(now))
                .bind("max", max)
                .execute();
    }

    boolean delivered(Tx tx, Outgoing sent, SendOutcome.Delivered outcome, Instant now) {
        return tx.handle()
                        .createUpdate(DELIVERED)
                        .bind("id", sent.delivery())
                        .bind("claim", sent.claim())
                        .bind("status", outcome.status())
                        .bind("latency", outcome.latencyMs())
                        .bind("now", DatabaseTimes.of(now))
                        .execute()
                == 1;
    }

    /** @param next when it is tried again; empty when that was the last attempt */
    boolean failed(Tx tx, Outgoing sent, SendOutcome.Failed outcome, Instant now, Optional<Instant> next) {
        var update = tx.handle().createUpdate(next.isPresent() ? RETRY : FAILED);
        next.ifPresent(at -> update.bind("next", DatabaseTimes.of(at)));
        return update.bind("id", sent.delivery())
                        .bind("claim", sent.claim())
                        .bind("status", outcome.status())
                        .bind("latency", outcome.latencyMs())
                        .bind("error", outcome.why().wire())
                        .bind("now", DatabaseTimes.of(now))
                        .execute()
                == 1;
    }
}
