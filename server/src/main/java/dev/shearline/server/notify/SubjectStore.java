package dev.shearline.server.notify;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SQL of what facts are about, as it is when they are told. */
final class SubjectStore {

    private static final String ORGANIZATION = "SELECT external_id, name FROM organization WHERE id = :organization";
    private static final String KEYS = """
            SELECT k.id, k.name, k.type, k.visibility, k.mode, k.prefix, k.last_four, k.created_at, k.expires_at, k.membership_id,
                   k.unit_id, u.kind AS unit_kind, COALESCE(u.external_id, o.external_id) AS unit_external_id, u.name AS unit_name,
                   p.id AS user_id, p.external_id AS user_external_id, p.name AS user_name
              FROM api_key AS k
              JOIN organization AS o ON o.id = k.organization_id
              JOIN unit AS u ON u.organization_id = k.organization_id AND u.id = k.unit_id
              LEFT JOIN membership AS m ON m.organization_id = k.organization_id AND m.id = k.membership_id
              LEFT JOIN app_user AS p ON p.id = m.user_id
             WHERE k.organization_id = :organization AND k.id = ANY (:ids)
            """;
    private static final String MEMBERS = """
            SELECT m.id, p.id AS user_id, p.external_id AS user_external_id, p.name AS user_name
              FROM membership AS m
              JOIN app_user AS p ON p.id = m.user_id
             WHERE m.organization_id = :organization AND m.id = ANY (:ids)
            """;

    /** Something with an id of ours and perhaps one of the host platform's. */
    record Party(String type, String id, Optional<String> externalId, String name) {}

    /** The name and external id of the organization. */
    Party organization(Tx tx, OrganizationId id) {
        return tx.handle()
                .createQuery(ORGANIZATION)
                .bind("organization", id.value())
                .map((row, _) -> new Party(
                        "organization",
                        id.value(),
                        Optional.ofNullable(row.getString("external_id")),
                        row.getString("name")))
                .one();
    }

    /** A key as receivers are told of it. */
    record Key(
            String id,
            String name,
            String type,
            String visibility,
            String mode,
            String masked,
            Party owner,
            Instant createdAt,
            Optional<Instant> expiresAt) {}

    Map<String, Key> keys(Tx tx, OrganizationId organization, Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        var found = new LinkedHashMap<String, Key>();
        tx.handle()
                .createQuery(KEYS)
                .bind("organization", organization.value())
                .bindArray("ids", String.class, List.copyOf(ids))
                .map((row, _) -> readKey(row))
                .forEach(key -> found.put(key.id(), key));
        return found;
    }

    private static Key readKey(ResultSet row) throws SQLException {
        var type = row.getString("type");
        var owner = type.equals("personal")
                ? readUser(row)
                : new Party(
                        type.equals("operator") ? "instance" : row.getString("unit_kind"),
                        row.getString("unit_id"),
                        Optional.ofNullable(row.getString("unit_external_id")),
                        row.getString("unit_name"));
        return new Key(
                row.getString("id"),
                row.getString("name"),
                type,
                row.getString("visibility"),
                row.getString("mode"),
                row.getString("prefix") + "…" + row.getString("last_four"),
                owner,
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                Optional.of(row.getObject("expires_at", OffsetDateTime.class))
                        .filter(at -> !at.equals(OffsetDateTime.MAX))
                        .map(at -> at.toInstant().truncatedTo(ChronoUnit.MICROS)));
    }

    private static Party readUser(ResultSet row) throws SQLException {
        return new Party(
                "user",
                row.getString("user_id"),
                Optional.ofNullable(row.getString("user_external_id")),
                row.getString("user_name"));
    }

    /** The users of memberships, also of ended ones. */
    Map<String, Party> users(Tx tx, OrganizationId organization, Collection<String> memberships) {
        if (memberships.isEmpty()) {
            return Map.of();
        }
        var found = new LinkedHashMap<String, Party>();
        tx.handle()
                .createQuery(MEMBERS)
                .bind("organization", organization.value())
                .bindArray("ids", String.class, List.copyOf(memberships))
                .map((row, _) -> Map.entry(row.getString("id"), readUser(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }
}
