package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Removes what was told long ago, a bounded number at a time. Every node does it; a row goes once. */
final class NotifyCleaning implements Runnable {

    static final Duration INTERVAL = Duration.ofMinutes(10);

    /** For so long the delivery log says what became of a message. */
    static final Duration KEPT = Duration.ofDays(30);

    static final int BATCH_MAX = 500;
    static final int BATCHES_MAX = 20;
    static final int ORGANIZATIONS_MAX = 100;

    private static final Actor JOB = new Actor.Job("notify");
    private static final String OLD_DELIVERIES_OF = """
            SELECT DISTINCT organization_id
              FROM (SELECT organization_id FROM webhook_delivery
                     WHERE state <> 'waiting' AND settled_at < :old ORDER BY settled_at LIMIT :batch) AS old
             LIMIT :max
            """;
    private static final String OLD_MAIL_OF = """
            SELECT DISTINCT organization_id
              FROM (SELECT organization_id FROM mail
                     WHERE state <> 'waiting' AND settled_at < :old ORDER BY settled_at LIMIT :batch) AS old
             LIMIT :max
            """;
    private static final String REMOVE_MAIL = """
            WITH old AS MATERIALIZED (
                SELECT id FROM mail WHERE organization_id = :organization AND state <> 'waiting' AND settled_at < :old
                 ORDER BY settled_at LIMIT :batch FOR UPDATE SKIP LOCKED
            )
            DELETE FROM mail WHERE id IN (SELECT id FROM old)
            """;
    private static final String OLD_FACTS_OF = """
            SELECT DISTINCT organization_id
              FROM (SELECT organization_id FROM notification
                     WHERE spread_at IS NOT NULL AND spread_at < :old ORDER BY spread_at LIMIT :batch) AS old
             LIMIT :max
            """;
    private static final String REMOVE_DELIVERIES = """
            WITH old AS MATERIALIZED (
                SELECT id FROM webhook_delivery WHERE organization_id = :organization AND state <> 'waiting' AND settled_at < :old
                 ORDER BY settled_at LIMIT :batch FOR UPDATE SKIP LOCKED
            )
            DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM old)
            """;
    private static final String REMOVE_FACTS = """
            WITH old AS MATERIALIZED (
                SELECT id FROM notification WHERE organization_id = :organization AND spread_at IS NOT NULL AND spread_at < :old
                 ORDER BY spread_at LIMIT :batch FOR UPDATE SKIP LOCKED
            )
            DELETE FROM notification WHERE id IN (SELECT id FROM old)
            """;

    private final Database database;
    private final InstantSource clock;
    private final Pacing pacing;

    NotifyCleaning(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.pacing = new Pacing(INTERVAL, clock);
    }

    @Override
    public void run() {
        if (pacing.isDue()) {
            clean();
        }
    }

    /** What is left waits for the next time. */
    void clean() {
        var old = clock.instant().minus(KEPT);
        organizations(OLD_DELIVERIES_OF, old).forEach(organization -> remove(REMOVE_DELIVERIES, organization, old));
        organizations(OLD_MAIL_OF, old).forEach(organization -> remove(REMOVE_MAIL, organization, old));
        organizations(OLD_FACTS_OF, old).forEach(organization -> remove(REMOVE_FACTS, organization, old));
    }

    private List<String> organizations(String sql, Instant old) {
        return database.acrossTenants(
                "find what was told long ago",
                tx -> tx.handle()
                        .createQuery(sql)
                        .bind("old", DatabaseTimes.of(old))
                        .bind("batch", BATCH_MAX)
                        .bind("max", ORGANIZATIONS_MAX)
                        .mapTo(String.class)
                        .list());
    }

    private void remove(String sql, String organization, Instant old) {
        int removed = BATCH_MAX;
        for (int batch = 0; batch < BATCHES_MAX && removed == BATCH_MAX; batch++) {
            removed = database.inTransaction(
                            TenantContext.whole(JOB, new OrganizationId(organization)),
                            tx -> tx.handle()
                                    .createUpdate(sql)
                                    .bind("organization", organization)
                                    .bind("old", DatabaseTimes.of(old))
                                    .bind("batch", BATCH_MAX)
                                    .execute())
                    .value();
        }
    }
}
