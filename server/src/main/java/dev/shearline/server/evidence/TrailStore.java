package dev.shearline.server.evidence;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The SQL of reading one organization's chain. */
final class TrailStore {

    private static final String COLUMNS = "e.id, e.at, e.bytes, s.seq, s.hash, p.salt, p.fields";
    private static final String SEALED = """
            SELECT %s
              FROM audit_seal AS s
              JOIN audit_event AS e ON e.id = s.event_id
              LEFT JOIN audit_personal AS p ON p.event_id = e.id
             WHERE s.organization_id = :organization AND s.seq >= :from AND s.seq <= :to
             ORDER BY s.seq
             LIMIT :rows
            """.formatted(COLUMNS);
    /** One statement, one snapshot: an event is in exactly one of the two. */
    private static final String STATE = """
            SELECT h.seq AS head, u.event_id
              FROM (SELECT coalesce(max(seq), 0) AS seq FROM audit_seal WHERE organization_id = :organization) AS h
              LEFT JOIN (SELECT event_id, at FROM audit_unsealed WHERE organization_id = :organization
                          ORDER BY at, event_id LIMIT :rows) AS u ON true
             ORDER BY u.at, u.event_id
            """;

    private static final String BY_IDS = """
            SELECT e.id, e.at, e.bytes, NULL::bigint AS seq, NULL::bytea AS hash, p.salt, p.fields
              FROM audit_event AS e
              LEFT JOIN audit_personal AS p ON p.event_id = e.id
             WHERE e.organization_id = :organization AND e.id = ANY (:ids)
             ORDER BY e.at, e.id
            """;
    private static final String HASH =
            "SELECT hash FROM audit_seal WHERE organization_id = :organization AND seq = :seq";
    private static final String COVERED = """
            SELECT min(seq) AS seq FROM audit_checkpoint_line WHERE organization_id = :organization AND seq >= :seq
            """;
    private static final String KEYS =
            "SELECT id, public_key, created_at FROM audit_key ORDER BY created_at, id LIMIT 1000";
    private static final String CHECKPOINTS = """
            SELECT c.number, c.at, c.key_id, c.bytes, c.signature, l.organization_id, l.seq, l.hash, l.nonce
              FROM audit_checkpoint_line AS l
              JOIN audit_checkpoint AS c ON c.number = l.number
             WHERE l.organization_id = :organization AND l.%1$s
             ORDER BY l.%2$s
             LIMIT :rows
            """;
    private static final String BELOW = CHECKPOINTS.formatted("number < :after", "number DESC");
    private static final String ABOVE = CHECKPOINTS.formatted("number > :after", "number");
    private static final String OF_RANGE = CHECKPOINTS.formatted("seq >= :from AND l.seq <= :to", "seq");

    /** How far a chain is sealed, and what waits behind it. */
    record State(long head, List<String> unsealed) {}

    /** Where a list goes on. */
    record Position(Instant at, String id) {}

    /** A public key, as it is shown. */
    record PublicKey(String id, Octets key, Instant createdAt) {}

    List<StoredEvent> list(
            Tx tx,
            OrganizationId organization,
            AuditFilter filter,
            boolean ascending,
            Optional<Position> after,
            int rows) {
        var query = tx.handle()
                .createQuery(listing(filter, ascending))
                .bind("organization", organization.value())
                .bind("rows", rows)
                .bind(
                        "after_at",
                        after.map(last -> DatabaseTimes.of(last.at()))
                                .orElse(ascending ? OffsetDateTime.MIN : OffsetDateTime.MAX))
                .bind("after_id", after.map(Position::id).orElse(""));
        filter.actor().ifPresent(actor -> query.bind("actor", actor));
        filter.action().ifPresent(action -> query.bind("action", action));
        filter.target().ifPresent(target -> query.bind("target", target));
        filter.since().ifPresent(since -> query.bind("since", DatabaseTimes.of(since)));
        filter.until().ifPresent(until -> query.bind("until", DatabaseTimes.of(until)));
        return query.map((row, _) -> event(row)).list();
    }

    /** Put together from what is written here; whatever a caller sends is a bound value. */
    private static String listing(AuditFilter filter, boolean ascending) {
        var conditions = new StringBuilder();
        filter.actor().ifPresent(_ -> conditions.append(" AND e.actor = :actor"));
        filter.action().ifPresent(_ -> conditions.append(" AND e.action = :action"));
        filter.target().ifPresent(_ -> conditions.append(" AND e.target = :target"));
        filter.since().ifPresent(_ -> conditions.append(" AND e.at >= :since"));
        filter.until().ifPresent(_ -> conditions.append(" AND e.at < :until"));
        return """
                SELECT %1$s
                  FROM audit_event AS e
                  LEFT JOIN audit_seal AS s ON s.event_id = e.id AND s.organization_id = e.organization_id
                  LEFT JOIN audit_personal AS p ON p.event_id = e.id AND p.organization_id = e.organization_id
                 WHERE e.organization_id = :organization%2$s AND (e.at, e.id) %3$s (:after_at, :after_id)
                 ORDER BY e.at %4$s, e.id %4$s
                 LIMIT :rows
                """.formatted(COLUMNS, conditions, ascending ? ">" : "<", ascending ? "ASC" : "DESC");
    }

    List<StoredEvent> sealed(Tx tx, OrganizationId organization, long from, long to, int rows) {
        return tx.handle()
                .createQuery(SEALED)
                .bind("organization", organization.value())
                .bind("from", from)
                .bind("to", to)
                .bind("rows", rows)
                .map((row, _) -> event(row))
                .list();
    }

    State state(Tx tx, OrganizationId organization, int unsealedMax) {
        var unsealed = new ArrayList<String>();
        var heads = tx.handle()
                .createQuery(STATE)
                .bind("organization", organization.value())
                .bind("rows", unsealedMax)
                .map((row, _) -> {
                    Optional.ofNullable(row.getString("event_id")).ifPresent(unsealed::add);
                    return row.getLong("head");
                })
                .list();
        return new State(heads.getFirst(), unsealed);
    }

    List<StoredEvent> byIds(Tx tx, OrganizationId organization, List<String> ids) {
        return tx.handle()
                .createQuery(BY_IDS)
                .bind("organization", organization.value())
                .bindArray("ids", String.class, ids)
                .map((row, _) -> event(row))
                .list();
    }

    Optional<Octets> findHash(Tx tx, OrganizationId organization, long seq) {
        return tx.handle()
                .createQuery(HASH)
                .bind("organization", organization.value())
                .bind("seq", seq)
                .map((row, _) -> Octets.of(row.getBytes("hash")))
                .findOne();
    }

    /** Where the first checkpoint at or behind a place is; empty behind the last. */
    Optional<Long> findCovered(Tx tx, OrganizationId organization, long seq) {
        return tx.handle()
                .createQuery(COVERED)
                .bind("organization", organization.value())
                .bind("seq", seq)
                .mapTo(Long.class)
                .findOne();
    }

    List<PublicKey> keys(Tx tx) {
        return tx.handle()
                .createQuery(KEYS)
                .map((row, _) -> new PublicKey(
                        row.getString("id"),
                        Octets.of(row.getBytes("public_key")),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** With the one line of each that is this organization's. */
    List<Checkpoint> checkpoints(
            Tx tx, OrganizationId organization, boolean ascending, Optional<Long> after, int rows) {
        return tx.handle()
                .createQuery(ascending ? ABOVE : BELOW)
                .bind("organization", organization.value())
                .bind("after", after.orElse(ascending ? 0 : Long.MAX_VALUE))
                .bind("rows", rows)
                .map((row, _) -> checkpoint(row))
                .list();
    }

    List<Checkpoint> checkpointsOf(Tx tx, OrganizationId organization, long from, long to, int rows) {
        return tx.handle()
                .createQuery(OF_RANGE)
                .bind("organization", organization.value())
                .bind("from", from)
                .bind("to", to)
                .bind("rows", rows)
                .map((row, _) -> checkpoint(row))
                .list();
    }

    private static StoredEvent event(ResultSet row) throws SQLException {
        var hash = Optional.ofNullable(row.getBytes("hash"));
        long seq = row.getLong("seq");
        var salt = Optional.ofNullable(row.getBytes("salt"));
        var fields = Octets.of(Optional.ofNullable(row.getBytes("fields")).orElse(new byte[0]));
        return new StoredEvent(
                row.getString("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                Octets.of(row.getBytes("bytes")),
                hash.map(bytes -> new StoredEvent.Seal(seq, Octets.of(bytes))),
                salt.map(bytes -> new StoredEvent.Personal(Octets.of(bytes), fields)));
    }

    private static Checkpoint checkpoint(ResultSet row) throws SQLException {
        var head = new Checkpoint.Head(
                row.getString("organization_id"), row.getLong("seq"), Octets.of(row.getBytes("hash")));
        return new Checkpoint(
                row.getLong("number"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("key_id"),
                Octets.of(row.getBytes("bytes")),
                Octets.of(row.getBytes("signature")),
                List.of(new Checkpoint.Line(head, Octets.of(row.getBytes("nonce")))));
    }
}
