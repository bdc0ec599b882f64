package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;

/** The SQL that finds, inserts and edits single keys. */
final class ApiKeyStore {

    private static final String FIND = "SELECT " + KeyRowMapper.COLUMNS + "  FROM api_key AS k\n" + KeyRowMapper.JOINS
            + " WHERE k.id = :id AND k.organization_id = :organization";

    /** In its turn: callers that share the row could otherwise keep whoever ends it waiting for ever (decision 0004). */
    private static final String LOCK = """
            SELECT k.id FROM api_key AS k
             WHERE k.id = :id AND k.organization_id = :organization
               AND pg_advisory_xact_lock(hashtextextended(k.id, 0)) IS NOT NULL
               FOR NO KEY UPDATE
            """;

    private static final String FIND_ORGANIZATION = """
            SELECT k.organization_id FROM api_key AS k WHERE k.id = :id
            """;

    /** Whoever was rotated longer ago than a grace can be is over, and so are those before it. */
    private static final String PREDECESSOR_AT_WORK = """
            WITH RECURSIVE earlier (id, rotated_from, working, ends_at) AS (
                SELECT k.id, k.rotated_from, k.state IN ('active', 'disabled') AND k.expires_at > :now AND k.ends_at > :now, k.ends_at
                  FROM api_key AS k WHERE k.id = :id AND k.organization_id = :organization
                 UNION ALL
                SELECT k.id, k.rotated_from, k.state IN ('active', 'disabled') AND k.expires_at > :now AND k.ends_at > :now, k.ends_at
                  FROM earlier AS e
                  JOIN api_key AS k ON k.id = e.rotated_from AND k.organization_id = :organization
                 WHERE e.ends_at > :longAgo
            )
            SELECT id FROM earlier WHERE id <> :id AND working LIMIT 1
            """;

    private static final String LIVING =
            " AND (k.state = 'active' OR k.state = 'disabled') AND k.expires_at > :now AND k.ends_at > :now\n"
                    + " ORDER BY k.created_at DESC, k.id DESC LIMIT :rows";
    private static final String LIVING_OF_MEMBERSHIP =
            "SELECT " + KeyRowMapper.COLUMNS + "  FROM api_key AS k\n" + KeyRowMapper.JOINS
                    + " WHERE k.organization_id = :organization AND k.membership_id = :membership" + LIVING;
    private static final String LIVING_MADE_BY =
            "SELECT " + KeyRowMapper.COLUMNS + "  FROM api_key AS k\n" + KeyRowMapper.JOINS + """
                 WHERE k.organization_id = :organization AND k.created_by = ANY (:makers) AND k.membership_id IS DISTINCT FROM :membership
            """ + LIVING;

    /** One statement for a key and its side tables: a create should be a handful of round trips. */
    private static final String INSERT = """
            WITH made AS (
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, prefix,
                                     last_four, name, name_key, word_key, description, metadata, verified_metadata, scopes, cidrs, resources,
                                     billed_unit_id, limits, state,
                                     not_before, expires_at, rotated_from, end_at_first_use, version, created_at, created_by,
                                     updated_at)
                VALUES (:id, :organization, :audience, :type, :visibility, :mode, :membership, :unit, :digest, :prefix,
                        :lastFour, :name, :nameKey, :wordKey, :description, CAST(:metadata AS jsonb), :verifiedMetadata, :scopes, :cidrs,
                        :resources, :billedUnit, :limits, 'active',
                        :notBefore, :expiresAt, :rotatedFrom, :endAtFirstUse, 1, :createdAt, :createdBy, :createdAt)
            ), scoped AS (
                INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at)
                SELECT :id, :organization, :audience, held, :createdAt FROM unnest(:scopes) AS held
            ), worded AS (
                INSERT INTO api_key_word (key_id, organization_id, audience_id, word)
                SELECT :id, :organization, :audience, part FROM unnest(:words) AS part
            )
            INSERT INTO api_key_activity (key_id, organization_id, audience_id) VALUES (:id, :organization, :audience)
            """;

    private static final String EDIT = """
            UPDATE api_key
               SET name = :name, name_key = :nameKey, word_key = :wordKey, description = :description, metadata = CAST(:metadata AS jsonb),
                   verified_metadata = :verifiedMetadata, scopes = :scopes, cidrs = :cidrs, resources = :resources,
                   billed_unit_id = :billedUnit, limits = :limits, not_before = :notBefore,
                   expires_at = :expiresAt, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization
            RETURNING version
            """;
    private static final String MOVE = """
            UPDATE api_key SET unit_id = :unit, audience_id = :audience, updated_at = :now, version = version + 1
             WHERE id = :id AND organization_id = :organization
            RETURNING version
            """;
    private static final String MOVE_ACTIVITY =
            "UPDATE api_key_activity SET audience_id = :audience WHERE key_id = :id AND organization_id ="
                    + " :organization";
    private static final String FORGET_SCOPES = "DELETE FROM api_key_scope WHERE key_id = :id";
    private static final String INSERT_SCOPES = """
            INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at)
            SELECT :id, :organization, :audience, held, :createdAt FROM unnest(:scopes) AS held
            """;
    private static final String FORGET_WORDS = "DELETE FROM api_key_word WHERE key_id = :id";
    private static final String INSERT_WORDS = """
            INSERT INTO api_key_word (key_id, organization_id, audience_id, word)
            SELECT :id, :organization, :audience, part FROM unnest(:words) AS part
            """;

    /** An address that is {@link KeyRow.Activity#FORGOTTEN} stays so, whatever a node still has to write of an earlier use. */
    private static final String FORGET_ADDRESSES = """
            UPDATE api_key_activity
               SET last_used_address = :forgotten
             WHERE key_id IN (SELECT k.id
                                FROM api_key AS k
                                JOIN api_key_activity AS y ON y.key_id = k.id
                               WHERE k.membership_id = :membership AND k.organization_id = :organization
                                 AND y.last_used_address IS DISTINCT FROM :forgotten
                               LIMIT :batch)
            RETURNING key_id
            """;

    private static final String FORGET_CALLERS = "DELETE FROM usage_caller WHERE key_id = ANY (:keys)";

    Optional<KeyRow> find(Tx tx, OrganizationId organization, ApiKeyId id) {
        return findBy(FIND, tx, organization, id);
    }

    /** Nobody else changes the key until this transaction ends. */
    Optional<KeyRow> findLocked(Tx tx, OrganizationId organization, ApiKeyId id) {
        // two statements: a join of the first would see the unit from before whatever it waited for, and lose a key
        // that has moved
        var _ = tx.handle()
                .createQuery(LOCK)
                .bind("id", id.toString())
                .bind("organization", organization.value())
                .mapTo(String.class)
                .findOne();
        return findBy(FIND, tx, organization, id);
    }

    /** A key that this one was rotated from, however long ago, and that works on in its grace. In a transaction that sees all of them. */
    Optional<ApiKeyId> findPredecessorAtWork(Tx tx, OrganizationId organization, ApiKeyId id, Instant now) {
        return tx.handle()
                .createQuery(PREDECESSOR_AT_WORK)
                .bind("id", id.toString())
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bind("longAgo", DatabaseTimes.of(now.minus(Lifetimes.GRACE_MAX)))
                .map((row, _) -> KeyRowMapper.key(KeyRowMapper.text(row, "id")))
                .findOne();
    }

    private static Optional<KeyRow> findBy(String sql, Tx tx, OrganizationId organization, ApiKeyId id) {
        return tx.handle()
                .createQuery(sql)
                .bind("id", id.toString())
                .bind("organization", organization.value())
                .map(new KeyRowMapper())
                .findOne();
    }

    /** Across tenants: for those who act in every organization. */
    Optional<OrganizationId> findOrganization(Tx tx, ApiKeyId id) {
        return tx.handle()
                .createQuery(FIND_ORGANIZATION)
                .bind("id", id.toString())
                .mapTo(String.class)
                .findOne()
                .map(OrganizationId::new);
    }

    /** Nothing is to be seen of the new key before the transaction's next statement. */
    void insert(Tx tx, KeyRow key, KeyDigest digest) {
        tx.writeLater(INSERT, valuesOf(key, digest));
    }

    /** What a key has from its beginning on. */
    static Map<String, Object> valuesOf(KeyRow key, KeyDigest digest) {
        var owner = key.owner();
        var values = editable(key);
        values.put("id", key.id().toString());
        values.put("organization", owner.organization().value());
        values.put("audience", owner.audience());
        values.put("type", key.kind().type().wire());
        values.put("visibility", key.kind().visibility().wire());
        values.put("mode", key.kind().mode().wire());
        values.put(
                "membership", owner.member().map(member -> member.membership().value()));
        values.put("unit", owner.unit().value());
        values.put("digest", digest.toBytes());
        values.put("prefix", key.shown().prefix());
        values.put("lastFour", key.shown().lastFour());
        values.put("rotatedFrom", key.links().rotatedFrom().map(ApiKeyId::toString));
        values.put("endAtFirstUse", key.links().endAtFirstUse());
        values.put("createdAt", DatabaseTimes.of(key.times().createdAt()));
        values.put("createdBy", key.createdBy());
        values.put("words", array(wordsOf(key)));
        return values;
    }

    int forgetAddresses(Tx tx, OrganizationId organization, MembershipId membership, int keysMax) {
        var keys = tx.handle()
                .createQuery(FORGET_ADDRESSES)
                .bind("organization", organization.value())
                .bind("membership", membership.value())
                .bind("forgotten", KeyRow.Activity.FORGOTTEN)
                .bind("batch", keysMax)
                .mapTo(String.class)
                .list();
        // a statement of its own: it sees what was written by whoever the first has waited for
        tx.handle()
                .createUpdate(FORGET_CALLERS)
                .bindArray("keys", String.class, keys)
                .execute();
        return keys.size();
    }

    private static Map<String, Object> editable(KeyRow key) {
        var text = key.text();
        var values = new HashMap<String, Object>();
        values.put("name", text.name());
        values.put("nameKey", KeyText.nameKey(text.name()));
        values.put("wordKey", KeyText.wordKey(wordsOf(key)));
        values.put("description", text.description());
        values.put("metadata", text.metadata());
        values.put("verifiedMetadata", text.verifiedMetadata());
        values.put("scopes", array(key.scopes().wire()));
        values.put("cidrs", array(key.cidrs()));
        values.put("resources", array(key.resources()));
        values.put("billedUnit", key.billed().map(billed -> billed.unit().value()));
        values.put("limits", key.limits().wire());
        values.put("notBefore", DatabaseTimes.orMinusInfinity(key.times().notBefore()));
        values.put("expiresAt", DatabaseTimes.orInfinity(key.times().expiresAt()));
        return values;
    }

    private static String[] array(Collection<String> values) {
        return values.toArray(String[]::new);
    }

    private static List<String> wordsOf(KeyRow key) {
        return KeyText.words(key.text().name(), key.text().description());
    }

    int edit(Tx tx, KeyRow before, KeyRow after, Instant now) {
        int version = bindKey(tx.handle().createQuery(EDIT), after)
                .bindMap(editable(after))
                .bind("now", DatabaseTimes.of(now))
                .mapTo(Integer.class)
                .one();
        if (!after.scopes().equals(before.scopes())) {
            writeScopes(tx, after, after.owner().audience());
        }
        if (!wordsOf(after).equals(wordsOf(before))) {
            writeWords(tx, after, after.owner().audience());
        }
        return version;
    }

    private static void writeScopes(Tx tx, KeyRow key, String audience) {
        tx.handle().createUpdate(FORGET_SCOPES).bind("id", key.id().toString()).execute();
        bindKey(tx.handle().createUpdate(INSERT_SCOPES), key)
                .bind("audience", audience)
                .bind("createdAt", DatabaseTimes.of(key.times().createdAt()))
                .bindArray("scopes", String.class, key.scopes().wire())
                .execute();
    }

    private static void writeWords(Tx tx, KeyRow key, String audience) {
        tx.handle().createUpdate(FORGET_WORDS).bind("id", key.id().toString()).execute();
        bindKey(tx.handle().createUpdate(INSERT_WORDS), key)
                .bind("audience", audience)
                .bindArray("words", String.class, wordsOf(key))
                .execute();
    }

    /** With all that says who sees it. */
    int move(Tx tx, KeyRow key, KeyOwner to, Instant now) {
        int version = bindKey(tx.handle().createQuery(MOVE), key)
                .bind("unit", to.unit().value())
                .bind("audience", to.audience())
                .bind("now", DatabaseTimes.of(now))
                .mapTo(Integer.class)
                .one();
        bindKey(tx.handle().createUpdate(MOVE_ACTIVITY), key)
                .bind("audience", to.audience())
                .execute();
        writeScopes(tx, key, to.audience());
        writeWords(tx, key, to.audience());
        return version;
    }

    /** Keys that can be used, or could again, the latest first. */
    List<KeyRow> listLiving(Tx tx, OrganizationId organization, MembershipId membership, Instant now, int rowsMax) {
        return living(tx, LIVING_OF_MEMBERSHIP, organization, membership, now, rowsMax)
                .map(new KeyRowMapper())
                .list();
    }

    /**
     * The same of the keys of others that a member made.
     *
     * @param makers as whom they made some, see {@link KeyHolders}
     */
    List<KeyRow> listLivingMadeBy(
            Tx tx,
            OrganizationId organization,
            List<String> makers,
            MembershipId membership,
            Instant now,
            int rowsMax) {
        return living(tx, LIVING_MADE_BY, organization, membership, now, rowsMax)
                .bindArray("makers", String.class, makers)
                .map(new KeyRowMapper())
                .list();
    }

    private static Query living(
            Tx tx, String sql, OrganizationId organization, MembershipId membership, Instant now, int rowsMax) {
        return tx.handle()
                .createQuery(sql)
                .bind("organization", organization.value())
                .bind("membership", membership.value())
                .bind("now", DatabaseTimes.of(now))
                .bind("rows", rowsMax);
    }

    private static <S extends SqlStatement<S>> S bindKey(S statement, KeyRow key) {
        return statement
                .bind("id", key.id().toString())
                .bind("organization", key.organization().value());
    }
}
