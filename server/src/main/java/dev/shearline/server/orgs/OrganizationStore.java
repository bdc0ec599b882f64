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
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The SQL of organizations. The reserved one of the instance is never found. */
final class OrganizationStore {

    private static final String FIND_BY_ID = """
            SELECT id, external_id, name, state, plan_id, personal_user_id, admin_audience_id, version, created_at, updated_at
              FROM organization
             WHERE id = :id AND state <> 'instance'
            """;
    private static final String FIND_BY_EXTERNAL_ID = """
            SELECT id, external_id, name, state, plan_id, personal_user_id, admin_audience_id, version, created_at, updated_at
              FROM organization
             WHERE external_id = :external_id AND state <> 'closed' AND state <> 'instance'
            """;
    private static final String FIND_PERSONAL = """
            SELECT id, external_id, name, state, plan_id, personal_user_id, admin_audience_id, version, created_at, updated_at
              FROM organization
             WHERE personal_user_id = :user AND state <> 'closed' AND state <> 'instance'
            """;
    private static final String LOCK = """
            SELECT id, external_id, name, state, plan_id, personal_user_id, admin_audience_id, version, created_at, updated_at
              FROM organization
             WHERE id = :id AND state <> 'instance' AND pg_advisory_xact_lock(hashtextextended(id, 0)) IS NOT NULL
               FOR NO KEY UPDATE
            """;
    private static final String LIST = """
            SELECT id, external_id, name, state, plan_id, personal_user_id, admin_audience_id, version, created_at, updated_at
              FROM organization
             WHERE state = ANY (:states) AND (created_at, id) %1$s (:after_at, :after_id)
             ORDER BY created_at %2$s, id %2$s
             LIMIT :rows
            """;
    private static final String INSERT = """
            INSERT INTO organization (id, external_id, name, plan_id, personal_user_id, admin_audience_id, created_at, updated_at)
            VALUES (:id, :external_id, :name, :plan, :personal_user, :audience, :at, :at)
            ON CONFLICT DO NOTHING
            """;
    private static final String INSERT_ROOT = """
            INSERT INTO unit (id, organization_id, kind, name, created_at, updated_at)
            VALUES (:id, :id, 'organization', :name, :at, :at)
            """;
    private static final String RENAME = """
            UPDATE organization SET name = :name, version = version + 1, updated_at = :at WHERE id = :id
            """;
    private static final String RENAME_ROOT = """
            UPDATE unit SET name = :name, version = version + 1, updated_at = :at
             WHERE organization_id = :id AND id = :id
            RETURNING version
            """;
    /** No node holds any of it: the versions stay. */
    private static final String ERASE_NAME = """
            WITH organizations AS (UPDATE organization SET name = :name, updated_at = :at WHERE id = :id AND name <> :name)
            UPDATE unit SET name = :name, updated_at = :at WHERE organization_id = :id AND id = :id AND name <> :name
            """;

    private static final String SET_STATUS = """
            UPDATE organization SET state = :state, version = version + 1, updated_at = :at WHERE id = :id
            """;

    Optional<OrganizationRow> find(Tx tx, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id) -> OrganizationId.find(id).flatMap(known -> findById(tx, known));
            case Ref.ByExternalId(var externalId) ->
                tx.handle()
                        .createQuery(FIND_BY_EXTERNAL_ID)
                        .bind("external_id", externalId)
                        .map((row, _) -> read(row))
                        .findOne();
        };
    }

    Optional<OrganizationRow> findById(Tx tx, OrganizationId id) {
        return tx.handle()
                .createQuery(FIND_BY_ID)
                .bind("id", id.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    Optional<OrganizationRow> findPersonal(Tx tx, UserId user) {
        return tx.handle()
                .createQuery(FIND_PERSONAL)
                .bind("user", user.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    /** Before anything else of a change: the organization is what concurrent changes queue up at. */
    Optional<OrganizationRow> lock(Tx tx, OrganizationId id) {
        return tx.handle()
                .createQuery(LOCK)
                .bind("id", id.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    List<OrganizationRow> list(Tx tx, Collection<OrganizationStatus> statuses, Slice slice) {
        var query = tx.handle()
                .createQuery(slice.order().in(LIST))
                .bind("states", statuses.stream().map(OrganizationStatus::wire).toArray(String[]::new));
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    /** False when the external id is taken, or the user has a personal organization. */
    boolean insert(Tx tx, OrganizationRow row) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("id", row.id().value())
                        .bind("external_id", row.externalId())
                        .bind("name", row.name())
                        .bind("plan", row.plan())
                        .bind("personal_user", row.personalUser().map(UserId::value))
                        .bind("audience", row.adminAudience())
                        .bind("at", DatabaseTimes.of(row.createdAt()))
                        .execute()
                == 1;
    }

    void insertRoot(Tx tx, OrganizationRow row) {
        tx.handle()
                .createUpdate(INSERT_ROOT)
                .bind("id", row.id().value())
                .bind("name", row.name())
                .bind("at", DatabaseTimes.of(row.createdAt()))
                .execute();
    }

    /** Renames the organization and its root unit; returns the root unit's version. */
    int rename(Tx tx, OrganizationId id, String name, Instant at) {
        tx.handle()
                .createUpdate(RENAME)
                .bind("id", id.value())
                .bind("name", name)
                .bind("at", DatabaseTimes.of(at))
                .execute();
        return tx.handle()
                .createQuery(RENAME_ROOT)
                .bind("id", id.value())
                .bind("name", name)
                .bind("at", DatabaseTimes.of(at))
                .mapTo(Integer.class)
                .one();
    }

    /** Gives the organization and its root unit a name that says nothing. */
    void eraseName(Tx tx, OrganizationId id, Instant at) {
        tx.handle()
                .createUpdate(ERASE_NAME)
                .bind("id", id.value())
                .bind("name", OrganizationEdits.NAMELESS)
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    void setStatus(Tx tx, OrganizationId id, OrganizationStatus status, Instant at) {
        tx.handle()
                .createUpdate(SET_STATUS)
                .bind("id", id.value())
                .bind("state", status.wire())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    private static OrganizationRow read(ResultSet row) throws SQLException {
        return new OrganizationRow(
                new OrganizationId(row.getString("id")),
                Optional.ofNullable(row.getString("external_id")),
                row.getString("name"),
                OrganizationStatus.ofWire(row.getString("state")),
                row.getString("plan_id"),
                Optional.ofNullable(row.getString("personal_user_id")).map(UserId::new),
                row.getString("admin_audience_id"),
                row.getInt("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
