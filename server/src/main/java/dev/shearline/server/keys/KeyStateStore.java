package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/**
 * The SQL of a key's life. Every change adds one to the version and returns it; empty means that the state was another and nothing
 * has changed. Whoever changes several keys locks them first, in the order of their ids.
 */
final class KeyStateStore {

    private static final String DISABLE = """
            UPDATE api_key SET state = 'disabled', disabled_cause = :cause, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization
               AND (state = 'active' OR (state = 'disabled' AND disabled_cause = ANY (:lesser)))
            RETURNING version
            """;
    /** Its version rises above that of the death, so that whatever comes after it is known to come after it. */
    private static final String DISABLE_FORKED = """
            UPDATE api_key SET state = 'disabled', disabled_cause = 'history_forked', updated_at = :now,
                               version = greatest(version, :known) + 1
             WHERE id = :id AND organization_id = :organization AND state IN ('active', 'disabled') AND confirmed_version <= :known
               AND (disabled_cause IS DISTINCT FROM 'history_forked' OR version < :known)
            RETURNING version
            """;

    private static final String ENABLE = """
            UPDATE api_key SET state = 'active', disabled_cause = NULL, updated_at = :now, version = version + 1,
                               confirmed_version = CASE disabled_cause WHEN 'history_forked' THEN version + 1 ELSE confirmed_version END
             WHERE id = :id AND organization_id = :organization AND state = 'disabled'
            RETURNING version
            """;
    private static final String REVOKE = """
            UPDATE api_key
               SET state = 'revoked', revoked_at = :now, revoked_by = :actor, revoked_cause = :cause, revoked_reason = :reason,
                   updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization AND state IN ('active', 'disabled')
            RETURNING version
            """;
    private static final String SUCCEED = """
            UPDATE api_key SET rotated_to = :successor, ends_at = :endsAt, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization
            RETURNING version
            """;
    private static final String FORGET_FIRST_USE = """
            UPDATE api_key SET end_at_first_use = false, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization AND end_at_first_use
            RETURNING version
            """;
    private static final String LOCK = """
            SELECT id FROM api_key WHERE id = ANY (:ids) AND organization_id = :organization ORDER BY id FOR NO KEY UPDATE
            """;
    private static final String LOCK_OF_MEMBERSHIP = """
            SELECT id FROM api_key
             WHERE membership_id = :holder AND organization_id = :organization AND state IN ('active', 'disabled')
             ORDER BY id LIMIT :limit FOR NO KEY UPDATE
            """;
    private static final String LOCK_AT_UNIT = """
            SELECT id FROM api_key
             WHERE unit_id = :holder AND organization_id = :organization AND state IN ('active', 'disabled')
             ORDER BY id LIMIT :limit FOR NO KEY UPDATE
            """;
    private static final String COUNT_OF_MEMBERSHIP = """
            SELECT count(*) FROM api_key
             WHERE membership_id = :holder AND organization_id = :organization AND state IN ('active', 'disabled')
            """;
    private static final String COUNT_AT_UNIT = """
            SELECT count(*) FROM api_key
             WHERE unit_id = :holder AND organization_id = :organization AND state IN ('active', 'disabled')
            """;
    private static final String COUNT_USABLE_AT_UNIT = """
            SELECT count(*) FROM api_key
             WHERE unit_id = :holder AND organization_id = :organization AND state IN ('active', 'disabled') AND expires_at > :now
               AND ends_at > :now
            """;
    private static final String SPEND = """
            UPDATE api_key SET state = 'used', used_at = :now, use_id = :useId, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization AND type = 'ephemeral' AND state = 'active'
               AND not_before <= :now AND expires_at > :now
            RETURNING version
            """;
    private static final String FIND_USE = """
            SELECT use_id, used_at FROM api_key WHERE id = :id AND organization_id = :organization AND state = 'used'
            """;

    /** Who used a key that works once, and when. */
    record Use(Optional<String> useId, Instant at) {}

    /** Also of a key that is disabled for a lesser cause, so that nobody keeps a key by disabling it first. */
    Optional<Integer> disable(Tx tx, OrganizationId organization, ApiKeyId id, DisabledCause cause, Instant now) {
        var lesser = Arrays.stream(DisabledCause.values())
                .filter(other -> other.compareTo(cause) < 0)
                .map(DisabledCause::wire)
                .toList();
        return version(query(tx, DISABLE, organization, id, now)
                .bind("cause", cause.wire())
                .bindArray("lesser", String.class, lesser));
    }

    /** @param known at which version the key was dead */
    Optional<Integer> disableForked(Tx tx, OrganizationId organization, ApiKeyId id, int known, Instant now) {
        return version(query(tx, DISABLE_FORKED, organization, id, now).bind("known", known));
    }

    Optional<Integer> enable(Tx tx, OrganizationId organization, ApiKeyId id, Instant now) {
        return version(query(tx, ENABLE, organization, id, now));
    }

    /** @param actor the id of who revokes it */
    Optional<Integer> revoke(
            Tx tx,
            OrganizationId organization,
            ApiKeyId id,
            String actor,
            RevocationCause cause,
            Optional<String> reason,
            Instant now) {
        return version(query(tx, REVOKE, organization, id, now)
                .bind("actor", actor)
                .bind("cause", cause.wire())
                .bind("reason", reason));
    }

    Optional<Integer> succeed(
            Tx tx,
            OrganizationId organization,
            ApiKeyId id,
            ApiKeyId successor,
            Optional<Instant> endsAt,
            Instant now) {
        return version(query(tx, SUCCEED, organization, id, now)
                .bind("successor", successor.toString())
                .bind("endsAt", DatabaseTimes.orInfinity(endsAt)));
    }

    Optional<Integer> forgetFirstUse(Tx tx, OrganizationId organization, ApiKeyId id, Instant now) {
        return version(query(tx, FORGET_FIRST_USE, organization, id, now));
    }

    Optional<Integer> spend(Tx tx, OrganizationId organization, ApiKeyId id, Optional<String> useId, Instant now) {
        return version(query(tx, SPEND, organization, id, now).bind("useId", useId));
    }

    Optional<Use> findUse(Tx tx, OrganizationId organization, ApiKeyId id) {
        return tx.handle()
                .createQuery(FIND_USE)
                .bind("id", id.toString())
                .bind("organization", organization.value())
                .map((row, _) -> new Use(
                        KeyRowMapper.optional(row, "use_id"),
                        KeyRowMapper.time(row, "used_at").orElseThrow()))
                .findOne();
    }

    void lock(Tx tx, OrganizationId organization, Collection<ApiKeyId> ids) {
        tx.handle()
                .createQuery(LOCK)
                .bindArray(
                        "ids",
                        String.class,
                        ids.stream().map(ApiKeyId::toString).toList())
                .bind("organization", organization.value())
                .mapTo(String.class)
                .list();
    }

    List<ApiKeyId> lockLivingOf(Tx tx, OrganizationId organization, MembershipId membership, int limit) {
        return lockLiving(tx, LOCK_OF_MEMBERSHIP, organization, membership.value(), limit);
    }

    List<ApiKeyId> lockLivingAt(Tx tx, OrganizationId organization, UnitId unit, int limit) {
        return lockLiving(tx, LOCK_AT_UNIT, organization, unit.value(), limit);
    }

    int countLivingOf(Tx tx, OrganizationId organization, MembershipId membership) {
        return count(tx, COUNT_OF_MEMBERSHIP, organization, membership.value());
    }

    int countLivingAt(Tx tx, OrganizationId organization, UnitId unit) {
        return count(tx, COUNT_AT_UNIT, organization, unit.value());
    }

    /** Expired ones are none of them. */
    int countUsableAt(Tx tx, OrganizationId organization, UnitId unit, Instant now) {
        return tx.handle()
                .createQuery(COUNT_USABLE_AT_UNIT)
                .bind("organization", organization.value())
                .bind("holder", unit.value())
                .bind("now", DatabaseTimes.of(now))
                .mapTo(Integer.class)
                .one();
    }

    private static List<ApiKeyId> lockLiving(Tx tx, String sql, OrganizationId organization, String holder, int limit) {
        return tx.handle()
                .createQuery(sql)
                .bind("organization", organization.value())
                .bind("holder", holder)
                .bind("limit", limit)
                .map((row, _) -> KeyRowMapper.key(KeyRowMapper.text(row, "id")))
                .list();
    }

    private static int count(Tx tx, String sql, OrganizationId organization, String holder) {
        return tx.handle()
                .createQuery(sql)
                .bind("organization", organization.value())
                .bind("holder", holder)
                .mapTo(Integer.class)
                .one();
    }

    private static Query query(Tx tx, String sql, OrganizationId organization, ApiKeyId id, Instant now) {
        return tx.handle()
                .createQuery(sql)
                .bind("id", id.toString())
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now));
    }

    private static Optional<Integer> version(Query change) {
        return change.mapTo(Integer.class).findOne();
    }
}
