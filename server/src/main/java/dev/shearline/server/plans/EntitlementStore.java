package dev.shearline.server.plans;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SQL of what organizations may have, and of what they have of it. */
final class EntitlementStore {

    private static final String FIND = """
            SELECT o.plan_id, CAST(o.overrides AS text) AS overrides, CAST(o.policy AS text) AS policy,
                   CAST(p.settings AS text) AS settings
              FROM organization AS o JOIN plan AS p ON p.id = o.plan_id
             WHERE o.id = :organization
            """;

    /**
     * What lives and is not in its grace: keys that were rotated one into the next are one while any of them lives, so nobody gets a further
     * key by rotating one and revoking its successor. Keys that wait in their grace are few, and only their successors are followed.
     */
    private static final String LIVING = """
            WITH RECURSIVE living AS MATERIALIZED (
                SELECT id, type, coalesce(imported_at, created_at) AS created_at, expires_at, rotated_to FROM api_key
                 WHERE organization_id = :organization AND type = ANY (:types) AND state IN ('active', 'disabled')
                   AND expires_at > :now AND ends_at > :now
            ), later (id, successor) AS (
                SELECT id, rotated_to FROM living WHERE rotated_to IS NOT NULL
                 UNION ALL
                SELECT l.id, k.rotated_to FROM later AS l JOIN api_key AS k ON k.id = l.successor WHERE k.rotated_to IS NOT NULL
            ), counted AS (
                SELECT type, created_at, expires_at FROM living
                 WHERE NOT EXISTS (SELECT 1 FROM later JOIN living AS next ON next.id = later.successor WHERE later.id = living.id)
            )
            """;

    private static final String COUNT = LIVING + "SELECT type, count(*) AS used FROM counted GROUP BY type";
    private static final String COUNT_LONG = LIVING + """
            SELECT c.type, count(*) AS used
              FROM counted AS c
              JOIN unnest(:longest, CAST(:seconds AS bigint[]), CAST(:endless AS boolean[])) AS m (type, seconds, endless)
                ON m.type = c.type
             WHERE NOT (m.endless AND c.expires_at = 'infinity') AND c.expires_at > c.created_at + m.seconds * interval '1 second'
             GROUP BY c.type
            """;
    private static final String LOCK = """
            SELECT plan_id, CAST(overrides AS text) AS overrides, state, version FROM organization
             WHERE id = :organization AND state <> 'instance' AND pg_advisory_xact_lock(hashtextextended(id, 0)) IS NOT NULL
               FOR NO KEY UPDATE
            """;
    private static final String ASSIGN = """
            UPDATE organization SET plan_id = :plan, overrides = CAST(:overrides AS jsonb), version = version + 1, updated_at = :now
             WHERE id = :organization
            RETURNING version
            """;

    private final StoredJson json;

    EntitlementStore(StoredJson json) {
        this.json = json;
    }

    /** An organization's plan as its own row has it. */
    record Assigned(String plan, Overrides overrides) {}

    record Locked(Assigned assigned, boolean open) {}

    Entitlement entitlement(String plan, String settings, String overrides, String policy) {
        return new Entitlement(
                plan, json.read(settings, PlanTerms.class).with(overrides(overrides)), json.read(policy, Policy.class));
    }

    private Overrides overrides(String stored) {
        return json.read(stored, Overrides.class);
    }

    Optional<Entitlement> find(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(FIND)
                .bind("organization", organization.value())
                .map((row, _) -> entitlement(
                        row.getString("plan_id"),
                        row.getString("settings"),
                        row.getString("overrides"),
                        row.getString("policy")))
                .findOne();
    }

    Optional<Assigned> findAssigned(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(FIND)
                .bind("organization", organization.value())
                .map((row, _) -> new Assigned(row.getString("plan_id"), overrides(row.getString("overrides"))))
                .findOne();
    }

    Optional<Locked> lock(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(LOCK)
                .bind("organization", organization.value())
                .map((row, _) -> new Locked(
                        new Assigned(row.getString("plan_id"), overrides(row.getString("overrides"))),
                        !row.getString("state").equals("closed")))
                .findOne();
    }

    /** Returns the organization's new version. */
    int assign(Tx tx, OrganizationId organization, Assigned assigned, Instant now) {
        return tx.handle()
                .createQuery(ASSIGN)
                .bind("organization", organization.value())
                .bind("plan", assigned.plan())
                .bind("overrides", json.write(assigned.overrides()))
                .bind("now", DatabaseTimes.of(now))
                .mapTo(Integer.class)
                .one();
    }

    /** In a transaction that sees the whole organization. */
    int count(Tx tx, OrganizationId organization, KeyType type, Instant now) {
        return count(tx, organization, List.of(type), now).getOrDefault(type, 0);
    }

    Map<KeyType, Integer> count(Tx tx, OrganizationId organization, List<KeyType> types, Instant now) {
        var used = new EnumMap<KeyType, Integer>(KeyType.class);
        tx.handle()
                .createQuery(COUNT)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bindArray(
                        "types", String.class, types.stream().map(KeyType::wire).toList())
                .map((row, _) -> used.put(KeyType.find(row.getString("type")).orElseThrow(), row.getInt("used")))
                .list();
        return used;
    }

    /** How many live longer, from their making on, than they might if they were made now. */
    Map<KeyType, Integer> countTooLong(Tx tx, OrganizationId organization, PlanTerms terms, Instant now) {
        var types = Arrays.stream(KeyType.values())
                .filter(type -> terms.of(type).isPresent())
                .toList();
        var names = types.stream().map(KeyType::wire).toList();
        var used = new EnumMap<KeyType, Integer>(KeyType.class);
        tx.handle()
                .createQuery(COUNT_LONG)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bindArray("types", String.class, names)
                .bindArray("longest", String.class, names)
                .bindArray(
                        "seconds",
                        Long.class,
                        types.stream()
                                .map(type -> terms.of(type)
                                        .orElseThrow()
                                        .maxLifetime()
                                        .length())
                                .map(Duration::toSeconds)
                                .toList())
                .bindArray(
                        "endless",
                        Boolean.class,
                        types.stream()
                                .map(type -> terms.of(type).orElseThrow().noExpiry())
                                .toList())
                .map((row, _) -> used.put(KeyType.find(row.getString("type")).orElseThrow(), row.getInt("used")))
                .list();
        return used;
    }
}
