package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The SQL of keys that come from another system. */
final class ImportStore {

    /** Does nothing where the digest is taken, by whomever: then one that commits later has waited for the other. */
    private static final String INSERT = """
            WITH made AS (
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, prefix,
                                     last_four, name, name_key, word_key, description, metadata, verified_metadata, scopes, cidrs, resources,
                                     billed_unit_id, limits, state,
                                     not_before, expires_at, version, created_at, created_by, updated_at, imported_at)
                VALUES (:id, :organization, :audience, :type, :visibility, :mode, :membership, :unit, :digest, :prefix,
                        :lastFour, :name, :nameKey, :wordKey, :description, CAST(:metadata AS jsonb), :verifiedMetadata, :scopes, :cidrs,
                        :resources, :billedUnit, :limits, :state,
                        :notBefore, :expiresAt, 1, :createdAt, :createdBy, :importedAt, :importedAt)
                ON CONFLICT (digest) DO NOTHING
                RETURNING id
            ), scoped AS (
                INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at)
                SELECT made.id, :organization, :audience, held, :createdAt FROM made, unnest(:scopes) AS held
            ), worded AS (
                INSERT INTO api_key_word (key_id, organization_id, audience_id, word)
                SELECT made.id, :organization, :audience, part FROM made, unnest(:words) AS part
            ), active AS (
                INSERT INTO api_key_activity (key_id, organization_id, audience_id)
                SELECT made.id, :organization, :audience FROM made
            )
            SELECT count(*) FROM made
            """;

    /** Digests first, for under row-level security only a plain comparison of columns reaches the index. */
    private static final String FIND = """
            WITH wanted AS MATERIALIZED (SELECT decode(hex, 'hex') AS digest FROM unnest(:digests) AS hex)
            SELECT k.id, wanted.digest FROM wanted JOIN api_key AS k ON k.digest = wanted.digest
            """;

    /** False when there is such a key already. */
    boolean insert(Tx tx, KeyRow key, KeyDigest digest) {
        var values = ApiKeyStore.valuesOf(key, digest);
        values.put("state", key.life().state().wire());
        values.put("importedAt", DatabaseTimes.of(key.times().importedAt().orElseThrow()));
        return tx.handle()
                        .createQuery(INSERT)
                        .bindMap(values)
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /** Those of the keys that the transaction can see. */
    Map<KeyDigest, ApiKeyId> find(Tx tx, Collection<KeyDigest> digests) {
        var found = new HashMap<KeyDigest, ApiKeyId>();
        tx.handle()
                .createQuery(FIND)
                .bindArray(
                        "digests",
                        String.class,
                        digests.stream().map(KeyDigest::toHex).toList())
                .map((row, _) -> Map.entry(
                        KeyDigest.fromBytes(row.getBytes("digest")), KeyRowMapper.key(KeyRowMapper.text(row, "id"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }
}
