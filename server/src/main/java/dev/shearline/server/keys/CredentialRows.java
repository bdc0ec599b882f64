package dev.shearline.server.keys;

import dev.shearline.server.identity.EmbedTerms;
import dev.shearline.server.identity.Forced;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.net.Cidr;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the database knows of a credential: read across tenants, on the primary, for every management request. */
final class CredentialRows {

    static final String LIMITED =
            "The key is limited to resources and cannot call this API: use a key without \"resources\".";

    private static final String KEY = """
            SELECT k.id, k.organization_id, k.type, k.visibility, k.mode, k.end_at_first_use, k.digest, k.membership_id, k.unit_id,
                   k.scopes, k.cidrs, cardinality(k.resources) > 0 AS limited, k.state, k.not_before, k.expires_at, k.ends_at, k.created_at, k.updated_at,
                   o.state AS organization_state, u.state AS unit_state, coalesce(m.state, 'active') AS membership_state,
                   coalesce(p.state, 'active') AS user_state
              FROM api_key AS k
              JOIN organization AS o ON o.id = k.organization_id
              JOIN unit AS u ON u.id = k.unit_id
              LEFT JOIN membership AS m ON m.id = k.membership_id
              LEFT JOIN app_user AS p ON p.id = m.user_id
            """;
    private static final String KEY_BY_DIGEST = KEY + " WHERE k.digest = :digest";
    private static final String KEY_BY_ID = KEY + " WHERE k.id = :id";
    /** In its turn, see ApiKeyStore. */
    private static final String LOCK_KEY =
            KEY_BY_ID + " AND pg_advisory_xact_lock_shared(hashtextextended(k.id, 0)) IS NOT NULL FOR SHARE OF k";

    /** Of an embed session the subject is a membership or a unit. */
    private static final String SESSION = """
            SELECT s.digest, s.kind, s.organization_id, s.membership_id, s.parent_key_id, s.subject, s.capabilities, s.expires_at,
                   s.id, s.include_teams, CAST(s.forced AS text) AS forced, s.origins,
                   m.user_id, o.state AS organization_state, coalesce(u.state, 'active') AS unit_state,
                   coalesce(m.state, 'active') AS membership_state, coalesce(p.state, 'active') AS user_state
              FROM access_session AS s
              JOIN organization AS o ON o.id = s.organization_id
              LEFT JOIN unit AS u ON u.id = s.subject
              LEFT JOIN membership AS m ON m.id = coalesce(s.membership_id, s.subject)
              LEFT JOIN app_user AS p ON p.id = m.user_id
            """;

    private static final String SESSION_BY_DIGEST = SESSION + " WHERE s.digest = :digest";
    private static final String SESSION_BY_LINK = SESSION + " WHERE s.link_digest = :digest";
    /** One of its rows is enough: whoever ends the session takes all of them. */
    private static final String LOCK_SESSION = SESSION + " WHERE s.id = :id ORDER BY s.digest LIMIT 1 FOR SHARE OF s";

    /** What has to be alive besides the credential itself. */
    record Standing(String organization, String unit, String membership, String user) {

        boolean isActive() {
            return (organization.equals("active") || organization.equals("instance"))
                    && unit.equals("active")
                    && membership.equals("active")
                    && user.equals("active");
        }
    }

    /**
     * @param endsPredecessor whether its first use ends the key that it was rotated from
     * @param limited to resources of the host, of which this API is none
     */
    record Key(
            ApiKeyId id,
            OrganizationId organization,
            KeyRow.Kind kind,
            boolean endsPredecessor,
            KeyDigest digest,
            Optional<MembershipId> membership,
            UnitId unit,
            ScopeSet scopes,
            List<Cidr> cidrs,
            boolean limited,
            KeyState state,
            KeyTimes times,
            Standing standing) {

        KeyType type() {
            return kind.type();
        }

        /** Why it is refused. Said only to who presents the key, and so holds it. */
        Optional<String> faultAt(Instant now) {
            return switch (KeyStatus.of(state, times, now)) {
                case REVOKED -> Optional.of("The key is revoked.");
                case USED -> Optional.of("The key worked once, and has been used.");
                case EXPIRED -> Optional.of("The key has expired.");
                case DISABLED -> Optional.of("The key is disabled.");
                case NOT_YET_VALID -> Optional.of("The key is not valid yet.");
                case ROTATING, EXPIRING, ACTIVE ->
                    standing.isActive() ? Optional.empty() : Optional.of("The owner of the key is not active.");
            };
        }

        /** The same, of who calls this API with it. */
        Optional<String> callersFaultAt(Instant now) {
            return faultAt(now).or(() -> limited ? Optional.of(LIMITED) : Optional.empty());
        }
    }

    record Session(
            KeyDigest digest,
            String kind,
            OrganizationId organization,
            Optional<MembershipId> membership,
            Optional<UserId> user,
            Optional<ApiKeyId> parent,
            String subject,
            ScopeSet capabilities,
            Instant expiresAt,
            Standing standing,
            Optional<Embedded> embedded) {

        boolean livesAt(Instant now) {
            return expiresAt.isAfter(now) && standing.isActive();
        }

        EmbedTerms terms() {
            var only = embedded.orElseThrow();
            return new EmbedTerms(
                    only.id(),
                    organization,
                    subject,
                    only.includesTeams(),
                    capabilities,
                    only.forced(),
                    only.origins(),
                    expiresAt);
        }
    }

    /** What embed sessions alone have. */
    record Embedded(String id, boolean includesTeams, Forced forced, List<String> origins) {
        Embedded {
            origins = List.copyOf(origins);
        }
    }

    private CredentialRows() {}

    static Optional<Key> findKey(Handle handle, KeyDigest digest) {
        return handle.createQuery(KEY_BY_DIGEST)
                .bind("digest", digest.toBytes())
                .map((row, _) -> key(row))
                .findOne()
                // the index has compared already; this comparison looks at every bit
                .filter(key -> key.digest().equals(digest));
    }

    static Optional<Key> findKey(Handle handle, ApiKeyId id) {
        return findKey(KEY_BY_ID, handle, id);
    }

    /** Nobody changes the key until this transaction ends; others may hold it in the same way. */
    static Optional<Key> lockKey(Handle handle, ApiKeyId id) {
        return findKey(LOCK_KEY, handle, id);
    }

    private static Optional<Key> findKey(String sql, Handle handle, ApiKeyId id) {
        return handle.createQuery(sql)
                .bind("id", id.toString())
                .map((row, _) -> key(row))
                .findOne();
    }

    static Optional<Session> findSession(Handle handle, KeyDigest digest) {
        return handle.createQuery(SESSION_BY_DIGEST)
                .bind("digest", digest.toBytes())
                .map((row, _) -> session(row))
                .findOne()
                .filter(session -> session.digest().equals(digest));
    }

    /** The embed session whose link holds this code and has not been followed. */
    static Optional<Session> findLinked(Handle handle, KeyDigest code) {
        return handle.createQuery(SESSION_BY_LINK)
                .bind("digest", code.toBytes())
                .map((row, _) -> session(row))
                .findOne();
    }

    /** An embed session, which nobody ends until this transaction does. */
    static Optional<Session> lockSession(Handle handle, String id) {
        return handle.createQuery(LOCK_SESSION)
                .bind("id", id)
                .map((row, _) -> session(row))
                .findOne();
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(
                KeyRowMapper.key(KeyRowMapper.text(row, "id")),
                new OrganizationId(KeyRowMapper.text(row, "organization_id")),
                KeyRowMapper.kind(row),
                row.getBoolean("end_at_first_use"),
                KeyDigest.fromBytes(row.getBytes("digest")),
                KeyRowMapper.optional(row, "membership_id").map(MembershipId::new),
                new UnitId(KeyRowMapper.text(row, "unit_id")),
                ScopeSet.ofWire(KeyRowMapper.texts(row, "scopes")),
                KeyRowMapper.texts(row, "cidrs").stream()
                        .map(text -> Cidr.find(text).orElseThrow())
                        .toList(),
                row.getBoolean("limited"),
                KeyState.ofWire(KeyRowMapper.text(row, "state")),
                KeyRowMapper.times(row),
                new Standing(
                        KeyRowMapper.text(row, "organization_state"),
                        KeyRowMapper.text(row, "unit_state"),
                        KeyRowMapper.text(row, "membership_state"),
                        KeyRowMapper.text(row, "user_state")));
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                KeyDigest.fromBytes(row.getBytes("digest")),
                KeyRowMapper.text(row, "kind"),
                new OrganizationId(KeyRowMapper.text(row, "organization_id")),
                KeyRowMapper.optional(row, "membership_id").map(MembershipId::new),
                KeyRowMapper.optional(row, "user_id").map(UserId::new),
                KeyRowMapper.optional(row, "parent_key_id").map(KeyRowMapper::key),
                KeyRowMapper.text(row, "subject"),
                ScopeSet.ofWire(KeyRowMapper.texts(row, "capabilities")),
                KeyRowMapper.time(row, "expires_at").orElseThrow(),
                new Standing(
                        KeyRowMapper.text(row, "organization_state"),
                        KeyRowMapper.text(row, "unit_state"),
                        KeyRowMapper.text(row, "membership_state"),
                        KeyRowMapper.text(row, "user_state")),
                embedded(row));
    }

    private static Optional<Embedded> embedded(ResultSet row) throws SQLException {
        var id = KeyRowMapper.optional(row, "id");
        return id.isEmpty()
                ? Optional.empty()
                : Optional.of(new Embedded(
                        id.get(),
                        row.getBoolean("include_teams"),
                        KeyRowMapper.optional(row, "forced")
                                .map(ForcedFields::read)
                                .orElse(Forced.NOTHING),
                        KeyRowMapper.texts(row, "origins")));
    }
}
