package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Reads a key, with the names of its owner, from a row of {@link #COLUMNS}. */
final class KeyRowMapper implements RowMapper<KeyRow> {

    static final String COLUMNS = """
            k.id, k.organization_id, k.audience_id, k.type, k.visibility, k.mode, k.membership_id, k.unit_id, k.prefix, k.last_four,
            k.name, k.description, k.metadata, k.verified_metadata, k.scopes, k.cidrs, k.resources, k.limits, k.state, k.not_before, k.expires_at,
            k.rotated_from, k.rotated_to, k.ends_at, k.end_at_first_use, k.revoked_at, k.revoked_cause, k.revoked_reason,
            k.disabled_cause, k.version, k.created_at, k.created_by, k.updated_at, k.imported_at,
            o.external_id AS organization_external_id,
            CAST(o.policy ->> 'rotation_due_after_days' AS integer) AS rotation_due_after_days, u.kind, u.external_id AS unit_external_id,
            m.user_id, p.external_id AS user_external_id, y.last_used_at, y.last_used_address,
            k.billed_unit_id, b.kind AS billed_kind,
            CASE WHEN b.kind = 'organization' THEN o.external_id ELSE b.external_id END AS billed_external_id,
            k.billed_unit_id IS NOT NULL AND b.state = 'active'
                AND EXISTS (SELECT 1 FROM membership_role AS r
                             WHERE r.membership_id = k.membership_id AND r.unit_id IN (b.id, b.parent_id, b.organization_id)) AS billed_current
            """;

    /** What stands beside a key {@code k}; all by primary key. */
    static final String JOINS = """
              JOIN organization AS o ON o.id = k.organization_id
              JOIN unit AS u ON u.id = k.unit_id
              JOIN api_key_activity AS y ON y.key_id = k.id
              LEFT JOIN unit AS b ON b.id = k.billed_unit_id
              LEFT JOIN membership AS m ON m.id = k.membership_id
              LEFT JOIN app_user AS p ON p.id = m.user_id
            """;

    @Override
    public KeyRow map(ResultSet row, StatementContext context) throws SQLException {
        return new KeyRow(
                key(text(row, "id")),
                kind(row),
                owner(row),
                new KeyRow.Shown(text(row, "prefix"), text(row, "last_four")),
                new KeyRow.Text(
                        text(row, "name"),
                        text(row, "description"),
                        text(row, "metadata"),
                        optional(row, "verified_metadata")),
                ScopeSet.ofWire(texts(row, "scopes")),
                texts(row, "cidrs"),
                texts(row, "resources"),
                billed(row),
                LimitSet.ofWire(text(row, "limits")),
                times(row).importedAt(time(row, "imported_at")),
                life(row),
                new KeyRow.Links(
                        optional(row, "rotated_from").map(KeyRowMapper::key),
                        optional(row, "rotated_to").map(KeyRowMapper::key),
                        row.getBoolean("end_at_first_use")),
                new KeyRow.Activity(time(row, "last_used_at"), address(row)),
                text(row, "created_by"),
                row.getInt("version"));
    }

    static KeyRow.Kind kind(ResultSet row) throws SQLException {
        return new KeyRow.Kind(
                KeyType.find(text(row, "type")).orElseThrow(),
                Visibility.ofWire(text(row, "visibility")),
                KeyMode.valueOf(text(row, "mode").toUpperCase(Locale.ROOT)));
    }

    private static KeyOwner owner(ResultSet row) throws SQLException {
        var membership = optional(row, "membership_id");
        var user = optional(row, "user_id");
        var userExternalId = optional(row, "user_external_id");
        return new KeyOwner(
                new OrganizationId(text(row, "organization_id")),
                optional(row, "organization_external_id"),
                number(row, "rotation_due_after_days"),
                new UnitId(text(row, "unit_id")),
                UnitKind.ofWire(text(row, "kind")),
                optional(row, "unit_external_id"),
                membership.map(id ->
                        new KeyOwner.Member(new MembershipId(id), new UserId(user.orElseThrow()), userExternalId)),
                text(row, "audience_id"));
    }

    private static Optional<Billed> billed(ResultSet row) throws SQLException {
        var unit = optional(row, "billed_unit_id");
        return unit.isEmpty()
                ? Optional.empty()
                : Optional.of(new Billed(
                        new UnitId(unit.get()),
                        UnitKind.ofWire(text(row, "billed_kind")),
                        optional(row, "billed_external_id"),
                        row.getBoolean("billed_current")));
    }

    static KeyTimes times(ResultSet row) throws SQLException {
        return new KeyTimes(
                time(row, "created_at").orElseThrow(),
                time(row, "updated_at").orElseThrow(),
                time(row, "not_before"),
                time(row, "expires_at"),
                time(row, "ends_at"));
    }

    private static Optional<String> address(ResultSet row) throws SQLException {
        return optional(row, "last_used_address").filter(text -> !text.equals(KeyRow.Activity.FORGOTTEN));
    }

    private static KeyRow.Life life(ResultSet row) throws SQLException {
        return new KeyRow.Life(
                KeyState.ofWire(text(row, "state")),
                time(row, "revoked_at"),
                optional(row, "revoked_cause"),
                optional(row, "revoked_reason"),
                optional(row, "disabled_cause").map(DisabledCause::ofWire));
    }

    static ApiKeyId key(String id) {
        return ApiKeyId.find(id).orElseThrow();
    }

    static String text(ResultSet row, String column) throws SQLException {
        return optional(row, column).orElseThrow(() -> new SQLException("no " + column));
    }

    static Optional<String> optional(ResultSet row, String column) throws SQLException {
        @Nullable String text = row.getString(column);
        return Optional.ofNullable(text);
    }

    static Optional<Integer> number(ResultSet row, String column) throws SQLException {
        @Nullable Integer number = row.getObject(column, Integer.class);
        return Optional.ofNullable(number);
    }

    static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return Optional.ofNullable(time).flatMap(DatabaseTimes::finite);
    }

    static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }
}
