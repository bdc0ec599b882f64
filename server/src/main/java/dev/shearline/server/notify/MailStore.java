package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of mail. */
final class MailStore {

    /**
     * Nobody is told of what they did themselves, by their session or by a key of theirs, where it was a rotation; nor that a key is revoked
     * which they have been told is being replaced.
     */
    private static final String SPREAD = """
            INSERT INTO mail (id, organization_id, message_id, recipient, type, target, actor, at, details, next_attempt_at, gives_up_at,
                              created_at)
            SELECT 'mail_' || replace(CAST(gen_random_uuid() AS text), '-', ''), n.organization_id, n.id, told.user_id, n.type, n.target,
                   n.actor, n.at, n.details, CAST(:now AS timestamptz), CAST(:gives_up_at AS timestamptz), CAST(:now AS timestamptz)
              FROM notification AS n
              JOIN api_key AS k ON k.organization_id = n.organization_id AND k.id = n.target
             CROSS JOIN LATERAL key_mail_recipients(n.target) AS told
             WHERE n.organization_id = :organization AND n.id = ANY (:ids)
               AND n.type = ANY (:types)
               AND (n.type <> 'key.revoked' OR k.revoked_cause IS DISTINCT FROM 'rotated')
               AND NOT (n.type = 'key.rotated' AND EXISTS
                        (SELECT 1 FROM membership AS m
                          WHERE m.user_id = told.user_id AND m.organization_id = n.organization_id
                            AND (m.id = n.actor OR m.id = (SELECT a.membership_id FROM api_key AS a WHERE a.id = n.actor))))
            ON CONFLICT (message_id, recipient) DO NOTHING
            """;

    private static final String INSERT = """
            INSERT INTO mail (id, organization_id, message_id, recipient, type, target, actor, at, details, next_attempt_at, gives_up_at,
                              created_at)
            VALUES (:id, :organization, :message, :recipient, :type, :recipient, :actor, :now, '{}', :now, :gives_up_at, :now)
            """;
    /** From organization to organization, so that one with many letters hides no other. */
    private static final String WAITING = """
            WITH RECURSIVE waiting AS (
                (SELECT organization_id FROM mail WHERE state = 'waiting' ORDER BY organization_id LIMIT 1)
                UNION ALL
                SELECT (SELECT m.organization_id FROM mail AS m
                         WHERE m.state = 'waiting' AND m.organization_id > waiting.organization_id
                         ORDER BY m.organization_id LIMIT 1)
                  FROM waiting WHERE waiting.organization_id IS NOT NULL
            )
            SELECT organization_id FROM waiting
             WHERE organization_id IS NOT NULL
               AND EXISTS (SELECT 1 FROM mail AS m
                            WHERE m.organization_id = waiting.organization_id AND m.state = 'waiting' AND m.next_attempt_at <= :now)
             LIMIT :max
            """;

    private static final String CLAIM = """
            WITH due AS MATERIALIZED (
                SELECT id FROM mail
                 WHERE organization_id = :organization AND state = 'waiting' AND next_attempt_at <= :now
                 ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            UPDATE mail AS m
               SET claim = m.claim + 1, next_attempt_at = :lease_until
              FROM due
             WHERE m.id = due.id
            RETURNING m.id, m.claim, m.attempts, m.gives_up_at, m.recipient, m.type, m.target, m.actor, m.at, m.details
            """;
    private static final String SETTLE = """
            UPDATE mail SET state = :state, attempts = attempts + 1, settled_at = :now
             WHERE id = :id AND claim = :claim AND state = 'waiting'
            """;
    private static final String RETRY = """
            UPDATE mail SET attempts = attempts + 1, next_attempt_at = :next WHERE id = :id AND claim = :claim AND state = 'waiting'
            """;
    private static final String DROP = """
            UPDATE mail SET state = 'dropped', claim = claim + 1, settled_at = :now WHERE recipient = :recipient AND state = 'waiting'
            """;
    private static final String ADDRESS = """
            SELECT u.email, u.name FROM app_user AS u
             WHERE u.id = :user AND u.state = 'active' AND u.email IS NOT NULL
               AND EXISTS (SELECT 1 FROM membership AS m
                            WHERE m.organization_id = :organization AND m.user_id = u.id AND m.state = 'active')
            """;

    /** One letter for each fact and each who is told of it by mail, and none twice. */
    void spread(Tx tx, OrganizationId organization, List<Fact> facts, Instant now) {
        tx.handle()
                .createUpdate(SPREAD)
                .bind("organization", organization.value())
                .bindArray("ids", String.class, facts.stream().map(Fact::id).toList())
                .bindArray("types", String.class, EventType.mailed())
                .bind("now", DatabaseTimes.of(now))
                .bind("gives_up_at", DatabaseTimes.of(now.plus(Backoff.GIVES_UP_AFTER)))
                .execute();
    }

    void insert(
            Tx tx,
            String id,
            OrganizationId organization,
            String message,
            String recipient,
            String type,
            String actor,
            Instant now) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", id)
                .bind("organization", organization.value())
                .bind("message", message)
                .bind("recipient", recipient)
                .bind("type", type)
                .bind("actor", actor)
                .bind("now", DatabaseTimes.of(now))
                .bind("gives_up_at", DatabaseTimes.of(now.plus(Backoff.GIVES_UP_AFTER)))
                .execute();
    }

    /** Across tenants. */
    List<OrganizationId> waiting(Tx tx, Instant now, int max) {
        return tx.handle()
                .createQuery(WAITING)
                .bind("now", DatabaseTimes.of(now))
                .bind("max", max)
                .mapTo(String.class)
                .map(OrganizationId::new)
                .list();
    }

    Optional<Parcel> claim(Tx tx, OrganizationId organization, Instant now, Instant leaseUntil) {
        return tx.handle()
                .createQuery(CLAIM)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bind("lease_until", DatabaseTimes.of(leaseUntil))
                .map((row, _) -> new Parcel(
                        row.getString("id"),
                        row.getInt("claim"),
                        row.getInt("attempts"),
                        row.getObject("gives_up_at", OffsetDateTime.class).toInstant(),
                        organization,
                        row.getString("recipient"),
                        row.getString("type"),
                        row.getString("target"),
                        row.getString("actor"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("details")))
                .findOne();
    }

    boolean settle(Tx tx, Parcel parcel, String state, Instant now) {
        return tx.handle()
                        .createUpdate(SETTLE)
                        .bind("id", parcel.id())
                        .bind("claim", parcel.claim())
                        .bind("state", state)
                        .bind("now", DatabaseTimes.of(now))
                        .execute()
                == 1;
    }

    boolean retry(Tx tx, Parcel parcel, Instant next) {
        return tx.handle()
                        .createUpdate(RETRY)
                        .bind("id", parcel.id())
                        .bind("claim", parcel.claim())
                        .bind("next", DatabaseTimes.of(next))
                        .execute()
                == 1;
    }

    /** What waits for somebody who is not to get it any more. */
    void drop(Tx tx, String recipient, Instant now) {
        tx.handle()
                .createUpdate(DROP)
                .bind("recipient", recipient)
                .bind("now", DatabaseTimes.of(now))
                .execute();
    }

    record Address(String email, String name) {}

    /** Of a user who is a member still. */
    Optional<Address> address(Tx tx, OrganizationId organization, String user) {
        return tx.handle()
                .createQuery(ADDRESS)
                .bind("organization", organization.value())
                .bind("user", user)
                .map((row, _) -> new Address(row.getString("email"), row.getString("name")))
                .findOne();
    }
}
