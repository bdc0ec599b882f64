package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.UnitId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The SQL of resources. */
final class ResourceStore {

    private static final String ROWS = """
            SELECT r.id, r.organization_id, r.type, r.external_id, r.unit_id, r.name, r.created_at, r.updated_at
              FROM resource AS r
            """;
    private static final String PAGE = """
               AND (r.created_at, r.id) %1$s (:after_at, :after_id)
             ORDER BY r.created_at %2$s, r.id %2$s
             LIMIT :rows
            """;
    private static final String FIND = ROWS + """
             WHERE r.organization_id = :organization AND r.type = :type AND r.external_id = :external_id
            """;
    private static final String LIST_OF_ORGANIZATION = ROWS + " WHERE r.organization_id = :organization\n" + PAGE;
    private static final String LIST_OF_TYPE =
            ROWS + " WHERE r.organization_id = :organization AND r.type = :type\n" + PAGE;
    private static final String LIST_OF_UNIT =
            ROWS + " WHERE r.organization_id = :organization AND r.unit_id = :unit\n" + PAGE;
    private static final String LIST_OF_UNIT_AND_TYPE =
            ROWS + " WHERE r.organization_id = :organization AND r.unit_id = :unit AND r.type = :type\n" + PAGE;
    private static final String OPEN =
            "  JOIN organization AS o ON o.id = r.organization_id AND o.state <> 'closed'\n WHERE true\n";
    private static final String LIST_OF_ALL = ROWS + OPEN + PAGE;
    private static final String LIST_OF_ALL_OF_TYPE = ROWS + OPEN + " AND r.type = :type\n" + PAGE;

    private static final String IS_ANY_AT = """
            SELECT EXISTS (SELECT 1 FROM resource WHERE organization_id = :organization AND unit_id = :unit)
            """;
    private static final String INSERT = """
            INSERT INTO resource (id, organization_id, type, external_id, unit_id, name, created_at, updated_at)
            VALUES (:id, :organization, :type, :external_id, :unit, :name, :created_at, :updated_at)
            """;
    private static final String UPDATE = """
            UPDATE resource SET unit_id = :unit, name = :name, updated_at = :updated_at
             WHERE organization_id = :organization AND id = :id
            """;
    private static final String REMOVE = "DELETE FROM resource WHERE organization_id = :organization AND id = :id";

    /** Where to look; empty is everywhere. */
    record Filter(Optional<OrganizationId> organization, Optional<UnitId> unit, Optional<String> type) {}

    Optional<ResourceRow> find(Tx tx, OrganizationId organization, ResourceName resource) {
        return tx.handle()
                .createQuery(FIND)
                .bind("organization", organization.value())
                .bind("type", resource.type())
                .bind("external_id", resource.externalId())
                .map((row, _) -> read(row))
                .findOne();
    }

    List<ResourceRow> list(Tx tx, Filter filter, Slice slice) {
        var query = tx.handle().createQuery(slice.order().in(statement(filter)));
        filter.organization().ifPresent(organization -> query.bind("organization", organization.value()));
        filter.unit().ifPresent(unit -> query.bind("unit", unit.value()));
        filter.type().ifPresent(type -> query.bind("type", type));
        return slice.bind(query).map((row, _) -> read(row)).list();
    }

    private static String statement(Filter filter) {
        boolean ofType = filter.type().isPresent();
        if (filter.organization().isEmpty()) {
            return ofType ? LIST_OF_ALL_OF_TYPE : LIST_OF_ALL;
        }
        if (filter.unit().isPresent()) {
            return ofType ? LIST_OF_UNIT_AND_TYPE : LIST_OF_UNIT;
        }
        return ofType ? LIST_OF_TYPE : LIST_OF_ORGANIZATION;
    }

    boolean isAnyAt(Tx tx, UnitRow unit) {
        return tx.handle()
                .createQuery(IS_ANY_AT)
                .bind("organization", unit.organization().value())
                .bind("unit", unit.id().value())
                .mapTo(Boolean.class)
                .one();
    }

    void insert(Tx tx, ResourceRow row) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", row.id())
                .bind("organization", row.organization().value())
                .bind("type", row.resource().type())
                .bind("external_id", row.resource().externalId())
                .bind("unit", row.unit().value())
                .bind("name", row.name())
                .bind("created_at", DatabaseTimes.of(row.createdAt()))
                .bind("updated_at", DatabaseTimes.of(row.updatedAt()))
                .execute();
    }

    void update(Tx tx, ResourceRow row) {
        tx.handle()
                .createUpdate(UPDATE)
                .bind("id", row.id())
                .bind("organization", row.organization().value())
                .bind("unit", row.unit().value())
                .bind("name", row.name())
                .bind("updated_at", DatabaseTimes.of(row.updatedAt()))
                .execute();
    }

    void remove(Tx tx, ResourceRow row) {
        tx.handle()
                .createUpdate(REMOVE)
                .bind("organization", row.organization().value())
                .bind("id", row.id())
                .execute();
    }

    private static ResourceRow read(ResultSet row) throws SQLException {
        return new ResourceRow(
                row.getString("id"),
                new OrganizationId(row.getString("organization_id")),
                new ResourceName(row.getString("type"), row.getString("external_id")),
                new UnitId(row.getString("unit_id")),
                Optional.ofNullable(row.getString("name")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
