package dev.shearline.server.plans;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.Optional;

/** The SQL of policies. Each is a document in the row of its organization. */
final class PolicyStore {

    private static final String FIND = """
            SELECT CAST(policy AS text) AS policy FROM organization WHERE id = :organization AND state <> 'instance'
            """;
    private static final String LOCK = """
            SELECT CAST(policy AS text) AS policy, state FROM organization
             WHERE id = :organization AND state <> 'instance' AND pg_advisory_xact_lock(hashtextextended(id, 0)) IS NOT NULL
               FOR NO KEY UPDATE
            """;
    private static final String SET = """
            UPDATE organization SET policy = CAST(:policy AS jsonb), version = version + 1, updated_at = :now
             WHERE id = :organization
            RETURNING version
            """;

    private final StoredJson json;

    PolicyStore(StoredJson json) {
        this.json = json;
    }

    record Locked(Policy policy, boolean open) {}

    Optional<Policy> find(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(FIND)
                .bind("organization", organization.value())
                .map((row, _) -> json.read(row.getString("policy"), Policy.class))
                .findOne();
    }

    Optional<Locked> lock(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(LOCK)
                .bind("organization", organization.value())
                .map((row, _) -> new Locked(
                        json.read(row.getString("policy"), Policy.class),
                        !row.getString("state").equals("closed")))
                .findOne();
    }

    /** Returns the organization's new version. */
    int set(Tx tx, OrganizationId organization, Policy policy, Instant now) {
        return tx.handle()
                .createQuery(SET)
                .bind("organization", organization.value())
                .bind("policy", json.write(policy))
                .bind("now", DatabaseTimes.of(now))
                .mapTo(Integer.class)
                .one();
    }
}
