package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UserId;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/** The SQL of invitations. Of a token only its SHA-256 is here. */
final class InvitationStore {

    private static final Duration DAY = Duration.ofDays(1);

    private static final String FIND = """
            SELECT id, organization_id, email, name, roles, state, sendings, membership_id, created_at, created_by, inviter, expires_at
              FROM invitation WHERE organization_id = :organization AND id = :id
            """;
    private static final String LOCK = """
            SELECT id, organization_id, email, name, roles, state, sendings, membership_id, created_at, created_by, inviter, expires_at
              FROM invitation WHERE organization_id = :organization AND id = :id FOR NO KEY UPDATE
            """;
    private static final String LIST_OF_ORGANIZATION = """
            SELECT id, organization_id, email, name, roles, state, sendings, membership_id, created_at, created_by, inviter, expires_at
              FROM invitation
             WHERE organization_id = :organization AND (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String LIST_OF_ALL = """
            SELECT id, organization_id, email, name, roles, state, sendings, membership_id, created_at, created_by, inviter, expires_at
              FROM invitation
             WHERE (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String FIND_ORGANIZATION = "SELECT organization_id FROM invitation WHERE id = :id";
    private static final String FIND_BY_TOKEN = """
            SELECT i.id, i.organization_id, i.email, i.name, i.roles, i.state, i.sendings, i.membership_id, i.created_at, i.created_by,
                   i.inviter, i.expires_at
              FROM invitation_token AS t
              JOIN invitation AS i ON i.organization_id = t.organization_id AND i.id = t.invitation_id
             WHERE t.digest = :digest
            """;
    private static final String ORGANIZATION_NAME = "SELECT name FROM organization WHERE id = :organization";
    private static final String INVITER = """
            SELECT p.name FROM membership AS m JOIN app_user AS p ON p.id = m.user_id
             WHERE m.organization_id = :organization
               AND m.id = COALESCE((SELECT k.membership_id FROM api_key AS k WHERE k.id = :actor), :actor)
            """;
    private static final String USER_OF =
            "SELECT user_id FROM membership WHERE organization_id = :organization AND id = :by";
    private static final String HAS_KEY =
            "SELECT EXISTS (SELECT 1 FROM api_key WHERE organization_id = :organization AND id = :by)";
    private static final String SENDINGS = """
            SELECT count(*) FILTER (WHERE state = 'pending' AND expires_at > :now) AS pending,
                   coalesce(sum(CASE WHEN created_at > :day THEN sendings WHEN expires_at > :again THEN sendings - 1 ELSE 0 END), 0) AS letters
              FROM invitation
             WHERE organization_id = :organization AND created_at > :oldest
            """;
    private static final String INSERT = """
            INSERT INTO invitation (id, organization_id, email, name, roles, created_at, created_by, inviter, expires_at)
            VALUES (:id, :organization, :email, :name, :roles, :at, :by, :inviter, :expires_at)
            """;
    private static final String RESEND = """
            UPDATE invitation SET sendings = sendings + 1, expires_at = :expires_at WHERE id = :id
            """;
    private static final String REVOKE = "UPDATE invitation SET state = 'revoked', settled_at = :at WHERE id = :id";
    private static final String ACCEPT = """
            UPDATE invitation SET state = 'accepted', membership_id = :member, settled_at = :at WHERE id = :id
            """;
    private static final String INSERT_TOKEN = """
            INSERT INTO invitation_token (digest, organization_id, invitation_id) VALUES (:digest, :organization, :id)
            """;
    private static final String FORGET_TOKENS = "DELETE FROM invitation_token WHERE invitation_id = :id";

    /**
     * As it is stored.
     *
     * @param roles JSON
     * @param inviter the name of who invites; empty when nobody has one
     */
    record Row(
            String id,
            OrganizationId organization,
            String email,
            String name,
            String roles,
            String state,
            int sendings,
            Optional<MembershipId> member,
            Instant createdAt,
            String createdBy,
            String inviter,
            Instant expiresAt) {

        boolean isOpenAt(Instant now) {
            return state.equals("pending") && now.isBefore(expiresAt);
        }

        String statusAt(Instant now) {
            return state.equals("pending") && !now.isBefore(expiresAt) ? "expired" : state;
        }

        /** Names and addresses stay out of logs. */
        @Override
        public String toString() {
            return id;
        }
    }

    Optional<Row> find(Tx tx, OrganizationId organization, String id) {
        return one(tx.handle().createQuery(FIND), organization, id);
    }

    Optional<Row> lock(Tx tx, OrganizationId organization, String id) {
        return one(tx.handle().createQuery(LOCK), organization, id);
    }

    private static Optional<Row> one(Query query, OrganizationId organization, String id) {
        return query.bind("organization", organization.value())
                .bind("id", id)
                .map((row, _) -> read(row))
                .findOne();
    }

    List<Row> list(Tx tx, Optional<OrganizationId> organization, Optional<Position> after, int rows) {
        var query = organization
                .map(home -> tx.handle().createQuery(LIST_OF_ORGANIZATION).bind("organization", home.value()))
                .orElseGet(() -> tx.handle().createQuery(LIST_OF_ALL));
        return Position.bind(query, after)
                .bind("rows", rows)
                .map((row, _) -> read(row))
                .list();
    }

    /** Across tenants. */
    Optional<OrganizationId> findOrganization(Tx tx, String id) {
        return tx.handle()
                .createQuery(FIND_ORGANIZATION)
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .map(OrganizationId::new);
    }

    /** Across tenants, or in the organization. */
    Optional<Row> findByToken(Tx tx, KeyDigest token) {
        return tx.handle()
                .createQuery(FIND_BY_TOKEN)
                .bind("digest", token.toBytes())
                .map((row, _) -> read(row))
                .findOne();
    }

    String organizationName(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(ORGANIZATION_NAME)
                .bind("organization", organization.value())
                .mapTo(String.class)
                .one();
    }

    /** The name of the person behind a session or a personal key; empty when there is none. */
    String inviter(Tx tx, OrganizationId organization, String actor) {
        return tx.handle()
                .createQuery(INVITER)
                .bind("organization", organization.value())
                .bind("actor", actor)
                .mapTo(String.class)
                .findOne()
                .orElse("");
    }

    void insert(Tx tx, Row row) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", row.id())
                .bind("organization", row.organization().value())
                .bind("email", row.email())
                .bind("name", row.name())
                .bind("roles", row.roles())
                .bind("at", DatabaseTimes.of(row.createdAt()))
                .bind("by", row.createdBy())
                .bind("inviter", row.inviter())
                .bind("expires_at", DatabaseTimes.of(row.expiresAt()))
                .execute();
    }

    void resend(Tx tx, String id, Instant expiresAt) {
        forgetTokens(tx, id);
        tx.handle()
                .createUpdate(RESEND)
                .bind("id", id)
                .bind("expires_at", DatabaseTimes.of(expiresAt))
                .execute();
    }

    void revoke(Tx tx, String id, Instant at) {
        forgetTokens(tx, id);
        tx.handle()
                .createUpdate(REVOKE)
                .bind("id", id)
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void accept(Tx tx, String id, MembershipId member, Instant at) {
        forgetTokens(tx, id);
        tx.handle()
                .createUpdate(ACCEPT)
                .bind("id", id)
                .bind("member", member.value())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void insertToken(Tx tx, Row invitation, KeyDigest token) {
        tx.handle()
                .createUpdate(INSERT_TOKEN)
                .bind("digest", token.toBytes())
                .bind("organization", invitation.organization().value())
                .bind("id", invitation.id())
                .execute();
    }

    private static void forgetTokens(Tx tx, String id) {
        tx.handle().createUpdate(FORGET_TOKENS).bind("id", id).execute();
    }

    /** Whose membership it is, if it is one of the organization. */
    Optional<UserId> findUser(Tx tx, OrganizationId organization, MembershipId member) {
        return tx.handle()
                .createQuery(USER_OF)
                .bind("organization", organization.value())
                .bind("by", member.value())
                .mapTo(String.class)
                .findOne()
                .map(UserId::new);
    }

    boolean isKeyOf(Tx tx, OrganizationId organization, ApiKeyId key) {
        return tx.handle()
                .createQuery(HAS_KEY)
                .bind("organization", organization.value())
                .bind("by", key.toString())
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * @param pending invitations whose links may still come to be used
     * @param letters that were sent within a day, or a few more: of an older invitation that was sent again today, all but the first
     */
    record Sendings(int pending, int letters) {}

    Sendings sendings(Tx tx, OrganizationId organization, Instant now) {
        var day = now.minus(DAY);
        return tx.handle()
                .createQuery(SENDINGS)
                .bind("organization", organization.value())
                .bind("now", DatabaseTimes.of(now))
                .bind("day", DatabaseTimes.of(day))
                .bind("again", DatabaseTimes.of(day.plus(Invitations.LIFE)))
                .bind("oldest", DatabaseTimes.of(now.minus(Invitations.LIFE.multipliedBy(Invitations.SENDINGS_MAX))))
                .map((row, _) -> new Sendings(row.getInt("pending"), row.getInt("letters")))
                .one();
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getString("id"),
                new OrganizationId(row.getString("organization_id")),
                row.getString("email"),
                row.getString("name"),
                row.getString("roles"),
                row.getString("state"),
                row.getInt("sendings"),
                Optional.ofNullable(row.getString("membership_id")).map(MembershipId::new),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                row.getString("inviter"),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
