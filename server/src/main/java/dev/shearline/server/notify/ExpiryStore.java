package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of what expires. */
final class ExpiryStore {

    private static final String TAKE_LEASE = """
            UPDATE expiry_watch SET lease_until = :until, lease = lease + 1 WHERE lease_until <= :now RETURNING lease, looked_until
            """;
    private static final String DONE = """
            UPDATE expiry_watch SET looked_until = :now, lease_until = '-infinity' WHERE lease = :lease
            """;
    private static final String ANYBODY_LISTENS = """
            SELECT EXISTS (SELECT 1 FROM webhook_interest WHERE event_type IN ('key.expiring', 'key.expired', 'key.rotation_due', '*'))
            """;
    private static final String ORGANIZATIONS = """
            SELECT o.id, EXISTS (SELECT 1 FROM (VALUES (0), (1), (3), (14)) AS ahead (days)
                                  CROSS JOIN LATERAL
                                       (SELECT 1 FROM api_key AS k
                                         WHERE k.organization_id = o.id
                                           AND k.expires_at > CAST(:from AS timestamptz) + ahead.days * interval '1 day'
                                           AND k.expires_at <= CAST(:until AS timestamptz) + ahead.days * interval '1 day'
                                         LIMIT 1) AS found)
                   OR EXISTS (SELECT 1 FROM api_key AS k
                               WHERE k.organization_id = o.id
                                 AND k.created_at > CAST(:from AS timestamptz) - o.rotated_after
                                 AND k.created_at <= CAST(:until AS timestamptz) - o.rotated_after) AS due
              FROM (SELECT id, CAST(policy ->> 'rotation_due_after_days' AS integer) * interval '1 day' AS rotated_after
                      FROM organization WHERE id > :after AND state <> 'closed' ORDER BY id LIMIT :page) AS o
             ORDER BY o.id
            """;
    /**
     * A reminder whose next one is due already is left out: it would say 14 days of a key that has two. So is one that would come with the key
     * itself, and one of a key that is being replaced.
     */
    private static final String WRITE = """
            INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details, fact)
            SELECT 'msg_' || replace(CAST(gen_random_uuid() AS text), '-', ''), k.organization_id, due.type,
                   k.expires_at - due.days * interval '1 day', k.id, 'job', 'job_expiry',
                   CASE WHEN due.days > 0 THEN '{"days":' || due.days || '}' ELSE '{}' END, named.fact
              FROM (VALUES ('key.expired', 0, -36500), ('key.expiring', 1, 0), ('key.expiring', 3, 1), ('key.expiring', 14, 3))
                   AS due (type, days, next)
              JOIN api_key AS k
                ON k.organization_id = :organization
               AND k.expires_at > GREATEST(CAST(:from AS timestamptz) + due.days * interval '1 day',
                                           CAST(:until AS timestamptz) + due.next * interval '1 day')
               AND k.expires_at <= CAST(:until AS timestamptz) + due.days * interval '1 day'
             CROSS JOIN LATERAL
                   (SELECT due.type || ' ' || due.days || ' ' || k.id || ' ' || EXTRACT(EPOCH FROM k.expires_at) AS fact) AS named
             WHERE (k.state = 'active' OR (k.state = 'disabled' AND due.days = 0))
               AND k.ends_at = 'infinity'
               AND (due.days = 0 OR (k.type <> 'ephemeral' AND k.created_at < k.expires_at - due.days * interval '1 day'))
               AND NOT EXISTS (SELECT 1 FROM notification AS n WHERE n.organization_id = :organization AND n.fact = named.fact)
               AND (EXISTS (SELECT 1 FROM webhook_interest
                             WHERE organization_id IN (:organization, 'org_instance') AND event_type IN (due.type, '*'))
                    OR (:mails AND EXISTS (SELECT 1 FROM key_mail_recipients(k.id) AS told)))
             LIMIT :max
            ON CONFLICT (organization_id, fact) DO NOTHING
            """;

    /** Of keys that nobody has rotated by the time that the organization's policy names; from when it is named on. */
    private static final String WRITE_ROTATIONS = """
            INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details, fact)
            SELECT 'msg_' || replace(CAST(gen_random_uuid() AS text), '-', ''), k.organization_id, 'key.rotation_due',
                   k.created_at + o.days * interval '1 day', k.id, 'job', 'job_expiry', '{"days":' || o.days || '}', named.fact
              FROM (SELECT CAST(policy ->> 'rotation_due_after_days' AS integer) AS days FROM organization WHERE id = :organization) AS o
              JOIN api_key AS k
                ON k.organization_id = :organization
               AND k.created_at > CAST(:from AS timestamptz) - o.days * interval '1 day'
               AND k.created_at <= CAST(:until AS timestamptz) - o.days * interval '1 day'
             CROSS JOIN LATERAL (SELECT 'key.rotation_due ' || o.days || ' ' || k.id AS fact) AS named
             WHERE k.state = 'active' AND k.type IN ('personal', 'team', 'ci') AND k.rotated_to IS NULL AND k.expires_at > :until
               AND NOT EXISTS (SELECT 1 FROM notification AS n WHERE n.organization_id = :organization AND n.fact = named.fact)
               AND (EXISTS (SELECT 1 FROM webhook_interest
                             WHERE organization_id IN (:organization, 'org_instance') AND event_type IN ('key.rotation_due', '*'))
                    OR (:mails AND EXISTS (SELECT 1 FROM key_mail_recipients(k.id) AS told)))
             LIMIT :max
            ON CONFLICT (organization_id, fact) DO NOTHING
            """;

    /** From when to when things came due. */
    record Span(Instant from, Instant until) {}

    record Lease(int number, Instant lookedUntil) {}

    /** Empty while somebody else holds it. */
    Optional<Lease> lease(Tx tx, Instant now, Instant until) {
        return tx.handle()
                .createQuery(TAKE_LEASE)
                .bind("now", DatabaseTimes.of(now))
                .bind("until", DatabaseTimes.of(until))
                .map((row, _) -> new Lease(
                        row.getInt("lease"),
                        row.getObject("looked_until", OffsetDateTime.class).toInstant()))
                .findOne();
    }

    /** Nothing where somebody else has taken over. */
    int done(Tx tx, Lease lease, Instant now) {
        return tx.handle()
                .createUpdate(DONE)
                .bind("now", DatabaseTimes.of(now))
                .bind("lease", lease.number())
                .execute();
    }

    boolean anybodyListens(Tx tx) {
        return tx.handle().createQuery(ANYBODY_LISTENS).mapTo(Boolean.class).one();
    }

    /** @param due whether it may have something */
    record Place(String organization, boolean due) {}

    List<Place> organizations(Tx tx, String after, int page, Span span) {
        return tx.handle()
                .createQuery(ORGANIZATIONS)
                .bind("after", after)
                .bind("page", page)
                .bind("from", DatabaseTimes.of(span.from()))
                .bind("until", DatabaseTimes.of(span.until()))
                .map((row, _) -> new Place(row.getString("id"), row.getBoolean("due")))
                .list();
    }

    /** How many facts it has written: when they are {@code max}, there may be more. */
    int write(Tx tx, String organization, Span span, boolean mails, int max) {
        return write(WRITE, tx, organization, span, mails, max);
    }

    /** The same of keys that are to be rotated. */
    int writeRotations(Tx tx, String organization, Span span, boolean mails, int max) {
        return write(WRITE_ROTATIONS, tx, organization, span, mails, max);
    }

    private static int write(String sql, Tx tx, String organization, Span span, boolean mails, int max) {
        return tx.handle()
                .createUpdate(sql)
                .bind("organization", organization)
                .bind("from", DatabaseTimes.of(span.from()))
                .bind("until", DatabaseTimes.of(span.until()))
                .bind("mails", mails)
                .bind("max", max)
                .execute();
    }
}
