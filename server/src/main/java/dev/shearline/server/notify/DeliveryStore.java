package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of deliveries. */
final class DeliveryStore {

    private static final String FIND = """
            SELECT id, endpoint_id, message_id, event_type, state, attempts, response_status, latency_ms, error, created_at,
                   last_attempt_at, next_attempt_at, settled_at
              FROM webhook_delivery
             WHERE endpoint_id = :endpoint AND id = :id
            """;
    private static final String LIST = """
            SELECT id, endpoint_id, message_id, event_type, state, attempts, response_status, latency_ms, error, created_at,
                   last_attempt_at, next_attempt_at, settled_at
              FROM webhook_delivery
             WHERE endpoint_id = :endpoint AND (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String LIST_OF_STATE = """
            SELECT id, endpoint_id, message_id, event_type, state, attempts, response_status, latency_ms, error, created_at,
                   last_attempt_at, next_attempt_at, settled_at
              FROM webhook_delivery
             WHERE endpoint_id = :endpoint AND state = :state AND (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String INSERT = """
            INSERT INTO webhook_delivery (id, organization_id, endpoint_id, message_id, event_type, body, next_attempt_at, gives_up_at,
                                          created_at)
            VALUES (:id, :organization, :endpoint, :message, :type, :body, :now, :gives_up_at, :now)
            """;
    private static final String SPREAD = """
            INSERT INTO webhook_delivery (id, organization_id, endpoint_id, message_id, event_type, body, next_attempt_at, gives_up_at,
                                          created_at)
            SELECT 'dlv_' || right(replace(CAST(gen_random_uuid() AS text), '-', ''), 20), i.organization_id, i.endpoint_id, m.id, m.type, m.body,
                   CAST(:now AS timestamptz), CAST(:gives_up_at AS timestamptz), CAST(:now AS timestamptz)
              FROM unnest(:ids, :types, :bodies) AS m (id, type, body)
              JOIN webhook_interest AS i ON i.organization_id = :organization AND i.event_type IN (m.type, '*')
            ON CONFLICT (endpoint_id, message_id) DO NOTHING
            """;
    private static final String AGAIN = """
            UPDATE webhook_delivery
               SET state = 'waiting', attempts = 0, claim = claim + 1, next_attempt_at = :now, gives_up_at = :gives_up_at, settled_at = NULL
             WHERE endpoint_id = :endpoint AND id = :id
            """;

    Optional<Delivery> find(Tx tx, String endpoint, String id) {
        return tx.handle()
                .createQuery(FIND)
                .bind("endpoint", endpoint)
                .bind("id", id)
                .map((row, _) -> read(row))
                .findOne();
    }

    List<Delivery> list(Tx tx, String endpoint, Optional<DeliveryStatus> status, Optional<Position> after, int rows) {
        var query = status.map(one -> tx.handle().createQuery(LIST_OF_STATE).bind("state", one.wire()))
                .orElseGet(() -> tx.handle().createQuery(LIST));
        return Position.bind(query, after)
                .bind("endpoint", endpoint)
                .bind("rows", rows)
                .map((row, _) -> read(row))
                .list();
    }

    void insert(Tx tx, String id, WebhookEndpoint to, String message, String type, String body, Instant now) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", id)
                .bind("organization", to.organization().value())
                .bind("endpoint", to.id())
                .bind("message", message)
                .bind("type", type)
                .bind("body", body)
                .bind("now", DatabaseTimes.of(now))
                .bind("gives_up_at", DatabaseTimes.of(now.plus(Backoff.GIVES_UP_AFTER)))
                .execute();
    }

    /** One row for each message and each endpoint of this organization that wants it, and none twice. */
    void spread(Tx tx, OrganizationId organization, List<Message> messages, Instant now) {
        tx.handle()
                .createUpdate(SPREAD)
                .bind("organization", organization.value())
                .bindArray(
                        "ids", String.class, messages.stream().map(Message::id).toList())
                .bindArray(
                        "types",
                        String.class,
                        messages.stream().map(Message::type).toList())
                .bindArray(
                        "bodies",
                        String.class,
                        messages.stream().map(Message::body).toList())
                .bind("now", DatabaseTimes.of(now))
                .bind("gives_up_at", DatabaseTimes.of(now.plus(Backoff.GIVES_UP_AFTER)))
                .execute();
    }

    /** Whoever has claimed it meanwhile writes no outcome any more. */
    boolean again(Tx tx, String endpoint, String id, Instant now) {
        return tx.handle()
                        .createUpdate(AGAIN)
                        .bind("endpoint", endpoint)
                        .bind("id", id)
                        .bind("now", DatabaseTimes.of(now))
                        .bind("gives_up_at", DatabaseTimes.of(now.plus(Backoff.GIVES_UP_AFTER)))
                        .execute()
                == 1;
    }

    private static Delivery read(ResultSet row) throws SQLException {
        var state = row.getString("state");
        return new Delivery(
                row.getString("id"),
                row.getString("endpoint_id"),
                row.getString("message_id"),
                row.getString("event_type"),
                state,
                row.getInt("attempts"),
                Optional.ofNullable(row.getObject("response_status", Integer.class)),
                Optional.ofNullable(row.getObject("latency_ms", Integer.class)),
                Optional.ofNullable(row.getString("error")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("last_attempt_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                state.equals("waiting")
                        ? Optional.of(row.getObject("next_attempt_at", OffsetDateTime.class)
                                .toInstant())
                        : Optional.empty(),
                Optional.ofNullable(row.getObject("settled_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant));
    }
}
