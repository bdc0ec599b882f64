package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of users. Their table belongs to no organization: who is asked about by one is joined with its memberships. */
final class UserStore {

    private static final String FIND_BY_ID = """
            SELECT id, external_id, name, email, state, version, created_at, updated_at
              FROM app_user
             WHERE id = :id
            """;
    private static final String FIND_BY_EXTERNAL_ID = """
            SELECT id, external_id, name, email, state, version, created_at, updated_at
              FROM app_user
             WHERE external_id = :external_id AND state <> 'removed'
            """;
    private static final String IS_MEMBER = """
            SELECT EXISTS (SELECT 1 FROM membership
                            WHERE organization_id = :organization AND user_id = :user AND state = 'active')
            """;
    private static final String LIST_ALL = """
            SELECT id, external_id, name, email, state, version, created_at, updated_at
              FROM app_user
             WHERE state <> 'removed' AND (created_at, id) %1$s (:after_at, :after_id)
             ORDER BY created_at %2$s, id %2$s
             LIMIT :rows
            """;
    private static final String LIST_OF_ORGANIZATION = """
            SELECT u.id, u.external_id, u.name, u.email, u.state, u.version, u.created_at, u.updated_at
              FROM membership AS m
              JOIN app_user AS u ON u.id = m.user_id
             WHERE m.organization_id = :organization AND m.state = 'active' AND u.state <> 'removed'
               AND (u.created_at, u.id) %1$s (:after_at, :after_id)
             ORDER BY u.created_at %2$s, u.id %2$s
             LIMIT :rows
            """;
    private static final String LOCK = """
            SELECT id, external_id, name, email, state, version, created_at, updated_at
              FROM app_user
             WHERE id = :id
               FOR NO KEY UPDATE
            """;
    private static final String HOLD = """
            SELECT id, external_id, name, email, state, version, created_at, updated_at
              FROM app_user
             WHERE id = :id AND state <> 'removed'
               FOR SHARE
            """;
    private static final String INSERT = """
            INSERT INTO app_user (id, external_id, name, email, created_at, updated_at)
            VALUES (:id, :external_id, :name, :email, :at, :at)
            ON CONFLICT DO NOTHING
            """;
    private static final String UPDATE = """
            UPDATE app_user SET name = :name, email = :email, version = version + 1, updated_at = :at WHERE id = :id
            """;
    /** No node holds any of it by then: its version stays. */
    private static final String ERASE = """
            UPDATE app_user SET name = '', email = NULL, external_id = NULL, updated_at = :at WHERE id = :id
            """;

    private static final String SET_STATUS = """
            UPDATE app_user SET state = :state, version = version + 1, updated_at = :at WHERE id = :id
            """;

    /** By our id also who has been removed. */
    Optional<UserRow> find(Tx tx, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id) -> UserId.find(id).flatMap(known -> findById(tx, known));
            case Ref.ByExternalId(var externalId) -> findByExternalId(tx, externalId);
        };
    }

    Optional<UserRow> findById(Tx tx, UserId id) {
        return one(tx, FIND_BY_ID, id);
    }

    Optional<UserRow> findByExternalId(Tx tx, String externalId) {
        return tx.handle()
                .createQuery(FIND_BY_EXTERNAL_ID)
                .bind("external_id", externalId)
                .map((row, _) -> read(row))
                .findOne();
    }

    boolean isMember(Tx tx, OrganizationId organization, Optional<UserRow> user) {
        return tx.handle()
                .createQuery(IS_MEMBER)
                .bind("organization", organization.value())
                .bind("user", user.map(row -> row.id().value()))
                .mapTo(Boolean.class)
                .one();
    }

    List<UserRow> listAll(Tx tx, Slice slice) {
        var query = tx.handle().createQuery(slice.order().in(LIST_ALL));
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    List<UserRow> listOfOrganization(Tx tx, OrganizationId organization, Slice slice) {
        var query = tx.handle()
                .createQuery(slice.order().in(LIST_OF_ORGANIZATION))
                .bind("organization", organization.value());
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    /** Before a change of the user. In the order of locks a user comes after organizations and before units. */
    Optional<UserRow> lock(Tx tx, UserId id) {
        return one(tx, LOCK, id);
    }

    /** Keeps the user from being removed until a membership of theirs is committed. */
    Optional<UserRow> hold(Tx tx, UserId id) {
        return one(tx, HOLD, id);
    }

    /** False when the external id is taken. */
    boolean insert(Tx tx, UserRow row) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("id", row.id().value())
                        .bind("external_id", row.externalId())
                        .bind("name", row.name())
                        .bind("email", row.email())
                        .bind("at", DatabaseTimes.of(row.createdAt()))
                        .execute()
                == 1;
    }

    void update(Tx tx, UserId id, String name, Optional<String> email, Instant at) {
        tx.handle()
                .createUpdate(UPDATE)
                .bind("id", id.value())
                .bind("name", name)
                .bind("email", email)
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void setStatus(Tx tx, UserId id, UserStatus status, Instant at) {
        tx.handle()
                .createUpdate(SET_STATUS)
                .bind("id", id.value())
                .bind("state", status.wire())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void erase(Tx tx, UserId id, Instant at) {
        tx.handle()
                .createUpdate(ERASE)
                .bind("id", id.value())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    private static Optional<UserRow> one(Tx tx, String sql, UserId id) {
        return tx.handle()
                .createQuery(sql)
                .bind("id", id.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    private static UserRow read(ResultSet row) throws SQLException {
        return new UserRow(
                new UserId(row.getString("id")),
                Optional.ofNullable(row.getString("external_id")),
                row.getString("name"),
                Optional.ofNullable(row.getString("email")),
                UserStatus.ofWire(row.getString("state")),
                row.getInt("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
