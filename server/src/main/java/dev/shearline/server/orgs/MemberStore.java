package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/** The SQL of memberships. */
final class MemberStore {

    /** Of an invitation what names whoever accepted it, or invited by themselves or by a key of theirs. */
    private static final String FORGET_INVITATIONS = """
            UPDATE invitation
               SET email = CASE WHEN membership_id = :membership THEN '' ELSE email END,
                   name = CASE WHEN membership_id = :membership THEN '' ELSE name END,
                   inviter = CASE WHEN membership_id IS DISTINCT FROM :membership THEN '' ELSE inviter END
             WHERE organization_id = :organization
               AND (membership_id = :membership OR created_by = :membership
                    OR created_by IN (SELECT id FROM api_key WHERE organization_id = :organization AND membership_id = :membership))
            """;

    private static final String FIND_BY_ID = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.id = :id
            """;
    private static final String FIND_ACTIVE = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.organization_id = :organization AND m.user_id = :user AND m.state = 'active'
            """;
    private static final String LIST_OF_ORGANIZATION = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.organization_id = :organization AND m.state = 'active'
               AND (m.created_at, m.id) %1$s (:after_at, :after_id)
             ORDER BY m.created_at %2$s, m.id %2$s
             LIMIT :rows
            """;
    private static final String LIST_OF_ALL = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.state = 'active' AND (m.created_at, m.id) %1$s (:after_at, :after_id)
             ORDER BY m.created_at %2$s, m.id %2$s
             LIMIT :rows
            """;
    private static final String LIST_OF_USER = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.user_id = :user AND m.state = 'active'
               AND (m.created_at, m.id) %1$s (:after_at, :after_id)
             ORDER BY m.created_at %2$s, m.id %2$s
             LIMIT :rows
            """;
    private static final String LIST_REMOVED_OF_USER = """
            SELECT m.id, m.organization_id, m.state, m.scopes, m.version, m.created_at, m.updated_at,
                   u.id AS user_id, u.external_id, u.name, u.email, u.state AS user_state,
                   u.created_at AS user_created_at, u.updated_at AS user_updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.user_id = :user AND m.state = 'removed'
             ORDER BY m.updated_at DESC, m.id
             LIMIT :rows
            """;
    /** The organizations of a user, with the personal one even if its membership is gone. */
    private static final String ORGANIZATIONS_OF_USER = """
            SELECT organization_id AS id FROM membership WHERE user_id = :user AND state = 'active'
             UNION
            SELECT id FROM organization WHERE personal_user_id = :user AND state <> 'closed'
             ORDER BY id
             LIMIT :rows
            """;

    private static final String EVER_OF_USER = """
            SELECT id, organization_id FROM membership WHERE user_id = :user AND id > :after ORDER BY id LIMIT :rows
            """;
    private static final String INSERT = """
            INSERT INTO membership (id, organization_id, user_id, created_at, updated_at)
            VALUES (:id, :organization, :user, :at, :at)
            ON CONFLICT DO NOTHING
            """;
    private static final String TOUCH = """
            UPDATE membership SET version = version + 1, updated_at = :at
             WHERE organization_id = :organization AND id = :id
            """;
    private static final String SET_SCOPES = """
            UPDATE membership SET scopes = :scopes, version = version + 1, updated_at = :at
             WHERE organization_id = :organization AND id = :id
            """;
    private static final String REMOVE = """
            UPDATE membership SET state = 'removed', version = version + 1, updated_at = :at
             WHERE organization_id = :organization AND id = :id
            """;

    Optional<MemberRow> findById(Tx tx, MembershipId id) {
        return rows(tx.handle().createQuery(FIND_BY_ID).bind("id", id.value())).stream()
                .findFirst();
    }

    Optional<MemberRow> findActive(Tx tx, OrganizationId organization, Optional<UserId> user) {
        return rows(tx.handle()
                        .createQuery(FIND_ACTIVE)
                        .bind("organization", organization.value())
                        .bind("user", user.map(UserId::value)))
                .stream()
                .findFirst();
    }

    List<MemberRow> listOfOrganization(Tx tx, OrganizationId organization, Slice slice) {
        return rows(slice.bind(tx.handle()
                .createQuery(slice.order().in(LIST_OF_ORGANIZATION))
                .bind("organization", organization.value())));
    }

    List<MemberRow> listOfUser(Tx tx, UserId user, Slice slice) {
        return rows(slice.bind(
                tx.handle().createQuery(slice.order().in(LIST_OF_USER)).bind("user", user.value())));
    }

    List<MemberRow> listOfAll(Tx tx, Slice slice) {
        return rows(slice.bind(tx.handle().createQuery(slice.order().in(LIST_OF_ALL))));
    }

    /** The latest first. */
    List<MemberRow> listRemovedOfUser(Tx tx, UserId user, int rowsMax) {
        return rows(tx.handle()
                .createQuery(LIST_REMOVED_OF_USER)
                .bind("user", user.value())
                .bind("rows", rowsMax));
    }

    /** In ascending order, as they are to be locked. */
    List<OrganizationId> organizationsOf(Tx tx, UserId user, int rowsMax) {
        return tx.handle()
                .createQuery(ORGANIZATIONS_OF_USER)
                .bind("user", user.value())
                .bind("rows", rowsMax)
                .mapTo(String.class)
                .map(OrganizationId::new)
                .list();
    }

    /** A membership that is there or was. */
    record Past(MembershipId id, OrganizationId organization) {}

    /** The memberships that a user has or had, by id, after this one. */
    List<Past> everOfUser(Tx tx, UserId user, Optional<MembershipId> after, int rowsMax) {
        return tx.handle()
                .createQuery(EVER_OF_USER)
                .bind("user", user.value())
                .bind("after", after.map(MembershipId::value).orElse(""))
                .bind("rows", rowsMax)
                .map((row, _) -> new Past(
                        new MembershipId(row.getString("id")), new OrganizationId(row.getString("organization_id"))))
                .list();
    }

    /** False when the user is a member already. */
    boolean insert(Tx tx, MembershipId id, OrganizationId organization, UserId user, Instant at) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("id", id.value())
                        .bind("organization", organization.value())
                        .bind("user", user.value())
                        .bind("at", DatabaseTimes.of(at))
                        .execute()
                == 1;
    }

    /** The next version, for a change that lies in the roles. */
    void touch(Tx tx, MemberRow row, Instant at) {
        change(tx, TOUCH, row, at);
    }

    /** @param scopes empty for those of the roles */
    void setScopes(Tx tx, MemberRow row, Optional<ScopeSet> scopes, Instant at) {
        tx.handle()
                .createUpdate(SET_SCOPES)
                .bindByType(
                        "scopes",
                        scopes.map(set -> set.wire().toArray(String[]::new)).orElse(null),
                        String[].class)
                .bind("organization", row.organization().value())
                .bind("id", row.id().value())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void remove(Tx tx, MemberRow row, Instant at) {
        change(tx, REMOVE, row, at);
    }

    private static void change(Tx tx, String sql, MemberRow row, Instant at) {
        tx.handle()
                .createUpdate(sql)
                .bind("organization", row.organization().value())
                .bind("id", row.id().value())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    private static List<MemberRow> rows(Query query) {
        return query.map((row, _) -> read(row)).list();
    }

    private static Optional<ScopeSet> scopes(ResultSet row) throws SQLException {
        var scopes = row.getArray("scopes");
        return scopes == null ? Optional.empty() : Optional.of(ScopeSet.ofWire(List.of((String[]) scopes.getArray())));
    }

    private static MemberRow read(ResultSet row) throws SQLException {
        return new MemberRow(
                new MembershipId(row.getString("id")),
                new OrganizationId(row.getString("organization_id")),
                new User(
                        new UserId(row.getString("user_id")),
                        Optional.ofNullable(row.getString("external_id")),
                        row.getString("name"),
                        Optional.ofNullable(row.getString("email")),
                        UserStatus.ofWire(row.getString("user_state")),
                        row.getObject("user_created_at", OffsetDateTime.class).toInstant(),
                        row.getObject("user_updated_at", OffsetDateTime.class).toInstant()),
                row.getString("state").equals("active"),
                scopes(row),
                row.getInt("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    void forgetInvitations(Tx tx, OrganizationId organization, MembershipId membership) {
        tx.handle()
                .createUpdate(FORGET_INVITATIONS)
                .bind("organization", organization.value())
                .bind("membership", membership.value())
                .execute();
    }
}
