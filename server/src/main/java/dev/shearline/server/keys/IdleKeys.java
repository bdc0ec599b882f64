package dev.shearline.server.keys;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.plans.Policy;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Keys that nobody uses: warned of, and then disabled, where the policy of their organization says so.
 *
 * <p>A key is idle since it was last used, changed, made, or began to be valid, whichever came last; so one that is enabled again has its
 * time anew. It is warned of once in each such time, and disabled only when it was warned of long enough before, whatever its age: a
 * policy that is switched on takes nobody by surprise.
 */
final class IdleKeys {

    static final int BATCH_MAX = 500;

    private static final String ORGANIZATIONS = """
            SELECT id FROM organization
             WHERE policy ->> 'unused_disable_after_days' IS NOT NULL AND state = 'active' AND id > :after
             ORDER BY id
             LIMIT :rows
            """;
    /** One node at a time; another one has it in hand. */
    private static final String TRY = """
            SELECT pg_try_advisory_xact_lock(hashtextextended('unused keys of ' || :organization, 0))
            """;

    private static final String IDLE = """
              FROM api_key AS k JOIN api_key_activity AS y ON y.key_id = k.id
             WHERE k.organization_id = :organization AND y.organization_id = :organization
               AND k.state = 'active' AND k.type IN ('personal', 'team', 'ci') AND k.expires_at > :now AND k.ends_at = 'infinity'
               AND y.last_used_at < :idleSince AND k.created_at < :idleSince AND k.updated_at < :idleSince AND k.not_before < :idleSince
            """;

    private static final String WARNED =
            "y.unused_warned_at > greatest(y.last_used_at, k.created_at, k.updated_at, k.not_before)";
    private static final String FIND_TO_WARN = "SELECT k.id\n" + IDLE + "   AND NOT " + WARNED
            + " ORDER BY k.id LIMIT :rows FOR NO KEY UPDATE OF k SKIP LOCKED";
    private static final String FIND_TO_DISABLE = "SELECT k.id\n" + IDLE + "   AND " + WARNED
            + " AND y.unused_warned_at <= :warnedUntil ORDER BY k.id LIMIT :rows FOR NO KEY UPDATE OF k SKIP LOCKED";
    private static final String NOTE_WARNED = """
            UPDATE api_key_activity SET unused_warned_at = :now WHERE key_id = ANY (:ids) AND organization_id = :organization
            """;

    private final KeyStates states;
    private final Changes changes;
    private final InstantSource clock;

    IdleKeys(KeyStates states, Changes changes, InstantSource clock) {
        this.states = states;
        this.changes = changes;
        this.clock = clock;
    }

    /** Across tenants: the next organizations whose policy says something of unused keys. */
    List<OrganizationId> organizations(Tx tx, Optional<OrganizationId> after, int rows) {
        return tx.handle()
                .createQuery(ORGANIZATIONS)
                .bind("after", after.map(OrganizationId::value).orElse(""))
                .bind("rows", rows)
                .mapTo(String.class)
                .map(OrganizationId::new)
                .list();
    }

    /** True when there is more to do in this organization. */
    boolean pass(Tx tx, Caller caller, OrganizationId organization, Policy.Idle idle) {
        boolean mine = tx.handle()
                .createQuery(TRY)
                .bind("organization", organization.value())
                .mapTo(Boolean.class)
                .one();
        if (!mine) {
            return false;
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        // a transaction of one batch, not of two
        return disable(tx, caller, organization, idle, now) == BATCH_MAX
                || warn(tx, caller, organization, idle, now) == BATCH_MAX;
    }

    private int disable(Tx tx, Caller caller, OrganizationId organization, Policy.Idle idle, Instant now) {
        var keys = tx.handle()
                .createQuery(FIND_TO_DISABLE)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bind("idleSince", DatabaseTimes.of(now.minus(idle.disabledAfter())))
                .bind("warnedUntil", DatabaseTimes.of(now.minus(idle.warnedBefore())))
                .bind("rows", BATCH_MAX)
                .mapTo(String.class)
                .map(KeyRowMapper::key)
                .list();
        keys.forEach(key -> states.disableUnused(tx, caller, organization, key));
        return keys.size();
    }

    private int warn(Tx tx, Caller caller, OrganizationId organization, Policy.Idle idle, Instant now) {
        var keys = tx.handle()
                .createQuery(FIND_TO_WARN)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bind(
                        "idleSince",
                        DatabaseTimes.of(now.minus(idle.disabledAfter()).plus(idle.warnedBefore())))
                .bind("rows", BATCH_MAX)
                .mapTo(String.class)
                .map(KeyRowMapper::key)
                .list();
        if (keys.isEmpty()) {
            return 0;
        }
        tx.handle()
                .createUpdate(NOTE_WARNED)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bindArray(
                        "ids",
                        String.class,
                        keys.stream().map(ApiKeyId::toString).toList())
                .execute();
        keys.forEach(key -> changes.record(tx, caller, warning(organization, key, idle, now)));
        return keys.size();
    }

    /** Nothing about the key has changed: there is no entry for the nodes. */
    private static AuditEvent warning(OrganizationId organization, ApiKeyId key, Policy.Idle idle, Instant now) {
        return KeyJournal.event(organization, key, "unused_warning")
                .with("disabled_after_days", (int) idle.disabledAfter().toDays())
                .with("disabled_not_before", now.plus(idle.warnedBefore()).toString());
    }
}
