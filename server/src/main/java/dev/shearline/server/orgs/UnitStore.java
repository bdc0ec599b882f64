package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of departments and teams. */
final class UnitStore {

    private static final String FIND_BY_ID = """
            SELECT id, organization_id, parent_id, external_id, name, state, version, created_at, updated_at
              FROM unit
             WHERE id = :id AND organization_id <> 'org_instance'
            """;
    private static final String FIND_BY_EXTERNAL_ID = """
            SELECT id, organization_id, parent_id, external_id, name, state, version, created_at, updated_at
              FROM unit
             WHERE organization_id = :organization AND external_id = :external_id AND state <> 'removed'
            """;
    private static final String LIST_OF_ORGANIZATION = """
            SELECT id, organization_id, parent_id, external_id, name, state, version, created_at, updated_at
              FROM unit
             WHERE organization_id = :organization AND kind = :kind AND state = 'active'
               AND (created_at, id) %1$s (:after_at, :after_id)
             ORDER BY created_at %2$s, id %2$s
             LIMIT :rows
            """;
    private static final String LIST_OF_DEPARTMENT = """
            SELECT id, organization_id, parent_id, external_id, name, state, version, created_at, updated_at
              FROM unit
             WHERE organization_id = :organization AND parent_id = :department AND kind = :kind AND state = 'active'
               AND (created_at, id) %1$s (:after_at, :after_id)
             ORDER BY created_at %2$s, id %2$s
             LIMIT :rows
            """;
    private static final String LIST_OF_ALL = """
            SELECT u.id, u.organization_id, u.parent_id, u.external_id, u.name, u.state, u.version, u.created_at, u.updated_at
              FROM unit AS u
              JOIN organization AS o ON o.id = u.organization_id AND o.state <> 'closed'
             WHERE u.kind = :kind AND u.state = 'active' AND (u.created_at, u.id) %1$s (:after_at, :after_id)
             ORDER BY u.created_at %2$s, u.id %2$s
             LIMIT :rows
            """;
    private static final String INSERT = """
            INSERT INTO unit (id, organization_id, kind, parent_id, external_id, name, created_at, updated_at)
            VALUES (:id, :organization, :kind, :parent, :external_id, :name, :at, :at)
            ON CONFLICT DO NOTHING
            """;
    private static final String UPDATE = """
            UPDATE unit SET name = :name, parent_id = :parent, version = version + 1, updated_at = :at
             WHERE organization_id = :organization AND id = :id
            """;
    private static final String HAS_CHILDREN = """
            SELECT EXISTS (SELECT 1 FROM unit WHERE organization_id = :organization AND parent_id = :id AND state = 'active')
            """;
    private static final String REMOVE = """
            UPDATE unit SET state = 'removed', version = version + 1, updated_at = :at
             WHERE organization_id = :organization AND id = :id
            """;

    /** By external id only inside an organization, and only what is there; by our id also what has been removed. */
    Optional<UnitRow> find(Tx tx, Optional<OrganizationId> organization, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id) ->
                UnitId.find(id)
                        .flatMap(known -> findById(tx, known))
                        .filter(unit ->
                                organization.isEmpty() || organization.get().equals(unit.organization()));
            case Ref.ByExternalId(var externalId) ->
                organization.flatMap(known -> findByExternalId(tx, known, externalId));
        };
    }

    Optional<UnitRow> findById(Tx tx, UnitId id) {
        return tx.handle()
                .createQuery(FIND_BY_ID)
                .bind("id", id.value())
                .map((row, _) -> read(row))
                .findOne();
    }

    Optional<UnitRow> findByExternalId(Tx tx, OrganizationId organization, String externalId) {
        return tx.handle()
                .createQuery(FIND_BY_EXTERNAL_ID)
                .bind("organization", organization.value())
                .bind("external_id", externalId)
                .map((row, _) -> read(row))
                .findOne();
    }

    List<UnitRow> listOfOrganization(Tx tx, OrganizationId organization, UnitKind kind, Slice slice) {
        var query = tx.handle()
                .createQuery(slice.order().in(LIST_OF_ORGANIZATION))
                .bind("organization", organization.value())
                .bind("kind", kind.wire());
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    List<UnitRow> listOfDepartment(Tx tx, UnitRow department, UnitKind kind, Slice slice) {
        var query = tx.handle()
                .createQuery(slice.order().in(LIST_OF_DEPARTMENT))
                .bind("organization", department.organization().value())
                .bind("department", department.id().value())
                .bind("kind", kind.wire());
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    List<UnitRow> listOfAll(Tx tx, UnitKind kind, Slice slice) {
        var query = tx.handle().createQuery(slice.order().in(LIST_OF_ALL)).bind("kind", kind.wire());
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    /** False when the external id is taken. */
    boolean insert(Tx tx, UnitRow row) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("id", row.id().value())
                        .bind("organization", row.organization().value())
                        .bind("kind", row.kind().wire())
                        .bind("parent", row.parent().map(UnitId::value))
                        .bind("external_id", row.externalId())
                        .bind("name", row.name())
                        .bind("at", DatabaseTimes.of(row.createdAt()))
                        .execute()
                == 1;
    }

    void update(Tx tx, UnitRow row, String name, Optional<UnitId> parent, Instant at) {
        tx.handle()
                .createUpdate(UPDATE)
                .bind("organization", row.organization().value())
                .bind("id", row.id().value())
                .bind("name", name)
                .bind("parent", parent.map(UnitId::value))
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    boolean hasChildren(Tx tx, UnitRow row) {
        return tx.handle()
                .createQuery(HAS_CHILDREN)
                .bind("organization", row.organization().value())
                .bind("id", row.id().value())
                .mapTo(Boolean.class)
                .one();
    }

    void remove(Tx tx, UnitRow row, Instant at) {
        tx.handle()
                .createUpdate(REMOVE)
                .bind("organization", row.organization().value())
                .bind("id", row.id().value())
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    private static UnitRow read(ResultSet row) throws SQLException {
        return new UnitRow(
                new UnitId(row.getString("id")),
                new OrganizationId(row.getString("organization_id")),
                Optional.ofNullable(row.getString("parent_id")).map(UnitId::new),
                Optional.ofNullable(row.getString("external_id")),
                row.getString("name"),
                row.getString("state").equals("active"),
                row.getInt("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
