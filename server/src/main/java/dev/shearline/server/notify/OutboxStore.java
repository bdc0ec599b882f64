package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** The SQL of the outbox as those see it who spread what is in it. */
final class OutboxStore {

    /** From one organization that has something waiting to the next by the index. */
    private static final String WAITING = """
            WITH RECURSIVE waiting AS (
                (SELECT organization_id FROM notification WHERE spread_at IS NULL ORDER BY organization_id LIMIT 1)
                UNION ALL
                SELECT (SELECT n.organization_id FROM notification AS n
                         WHERE n.spread_at IS NULL AND n.organization_id > waiting.organization_id
                         ORDER BY n.organization_id LIMIT 1)
                  FROM waiting WHERE waiting.organization_id IS NOT NULL
            )
            SELECT organization_id FROM waiting WHERE organization_id IS NOT NULL LIMIT :max
            """;

    private static final String TAKE = """
            SELECT id, organization_id, type, at, target, actor_kind, actor, details
              FROM notification
             WHERE organization_id = :organization AND spread_at IS NULL
             ORDER BY at, id
             LIMIT :max
               FOR UPDATE SKIP LOCKED
            """;
    private static final String DONE = """
            UPDATE notification SET spread_at = :now WHERE organization_id = :organization AND id = ANY (:ids)
            """;

    /** Across tenants. */
    List<OrganizationId> waiting(Tx tx, int max) {
        return tx.handle()
                .createQuery(WAITING)
                .bind("max", max)
                .mapTo(String.class)
                .map(OrganizationId::new)
                .list();
    }

    List<Fact> take(Tx tx, OrganizationId organization, int max) {
        return tx.handle()
                .createQuery(TAKE)
                .bind("organization", organization.value())
                .bind("max", max)
                .map((row, _) -> new Fact(
                        row.getString("id"),
                        organization,
                        EventType.ofWire(row.getString("type")),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("target"),
                        row.getString("actor_kind"),
                        row.getString("actor"),
                        row.getString("details")))
                .list();
    }

    void done(Tx tx, OrganizationId organization, List<Fact> facts, Instant now) {
        tx.handle()
                .createUpdate(DONE)
                .bind("organization", organization.value())
                .bindArray("ids", String.class, facts.stream().map(Fact::id).toList())
                .bind("now", DatabaseTimes.of(now))
                .execute();
    }
}
