package dev.shearline.server.keys;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads who owns keys, with names, and how many of them can be used, as far as this transaction sees. */
final class SessionOwners {

    /** Units of one person beside themselves. */
    static final int UNITS_MAX = 100;
    /** Where counting ends: a screen says "1,000+". */
    static final int COUNTED_MAX = 1_001;

    private static final String MEMBER = """
        SELECT m.id, m.user_id, p.external_id, p.name
          FROM membership AS m JOIN app_user AS p ON p.id = m.user_id
         WHERE m.id = :membership
        """;
    /** A root has the external id and the name of its organization. */
    private static final String UNITS = """
        SELECT u.id, u.kind, CASE WHEN u.kind = 'organization' THEN o.external_id ELSE u.external_id END AS external_id,
               CASE WHEN u.kind = 'organization' THEN o.name ELSE u.name END AS name
          FROM unit AS u JOIN organization AS o ON o.id = u.organization_id
         WHERE u.organization_id = :organization AND u.id = ANY (:units) AND u.state = 'active'
         ORDER BY name, id
         LIMIT :max
        """;

    private static final String ORGANIZATION = """
        SELECT id, external_id, name FROM organization WHERE id = :organization
        """;
    private static final String COUNT = """
        SELECT a.id, (SELECT count(*) FROM (SELECT 1 FROM api_key AS k
                                             WHERE k.organization_id = :organization AND k.audience_id = a.id AND k.state = 'active'
                                               AND k.expires_at > :now AND k.ends_at > :now
                                             LIMIT :max) AS live) AS live
          FROM unnest(:audiences) AS a (id)
        """;
    private static final String SCOPES = """
        SELECT name, title, description, publishable FROM scope ORDER BY name LIMIT :max
        """;
    private static final int SCOPES_MAX = 1_000;

    private SessionOwners() {}

    /** Whose keys, and how people call them. */
    record Named(KeyOwner owner, String name) {}

    static Optional<Named> findMember(Tx tx, Session.Organization home, MembershipId membership) {
        return tx.handle()
                .createQuery(MEMBER)
                .bind("membership", membership.value())
                .map((row, _) -> new Named(
                        owner(
                                home,
                                UnitId.rootOf(new OrganizationId(home.id())),
                                UnitKind.ORGANIZATION,
                                Optional.empty(),
                                Optional.of(new KeyOwner.Member(
                                        membership,
                                        new UserId(KeyRowMapper.text(row, "user_id")),
                                        KeyRowMapper.optional(row, "external_id"))),
                                membership.value()),
                        KeyRowMapper.text(row, "name")))
                .findOne();
    }

    static List<Named> listUnits(Tx tx, Session.Organization home, List<String> units) {
        return units.isEmpty()
                ? List.of()
                : tx.handle()
                        .createQuery(UNITS)
                        .bind("organization", home.id())
                        .bindArray("units", String.class, units)
                        .bind("max", UNITS_MAX)
                        .map((row, _) -> {
                            var id = new UnitId(KeyRowMapper.text(row, "id"));
                            return new Named(
                                    owner(
                                            home,
                                            id,
                                            UnitKind.ofWire(KeyRowMapper.text(row, "kind")),
                                            KeyRowMapper.optional(row, "external_id"),
                                            Optional.empty(),
                                            id.value()),
                                    KeyRowMapper.text(row, "name"));
                        })
                        .list();
    }

    private static KeyOwner owner(
            Session.Organization home,
            UnitId unit,
            UnitKind kind,
            Optional<String> externalId,
            Optional<KeyOwner.Member> member,
            String audience) {
        return new KeyOwner(
                new OrganizationId(home.id()),
                home.externalId(),
                Optional.empty(),
                unit,
                kind,
                externalId,
                member,
                audience);
    }

    static Session.Organization getOrganization(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(ORGANIZATION)
                .bind("organization", organization.value())
                .map((row, _) -> new Session.Organization(
                        KeyRowMapper.text(row, "id"),
                        KeyRowMapper.optional(row, "external_id"),
                        KeyRowMapper.text(row, "name")))
                .one();
    }

    /** By audience; at most {@value #COUNTED_MAX} of each. */
    static Map<String, Integer> countLive(Tx tx, OrganizationId organization, List<String> audiences, Instant now) {
        return tx
                .handle()
                .createQuery(COUNT)
                .bind("organization", organization.value())
                .bindArray("audiences", String.class, audiences)
                .bind("now", DatabaseTimes.of(now))
                .bind("max", COUNTED_MAX)
                .map((row, _) -> Map.entry(KeyRowMapper.text(row, "id"), row.getInt("live")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    static List<Session.NamedScope> listScopes(Tx tx) {
        return tx.handle()
                .createQuery(SCOPES)
                .bind("max", SCOPES_MAX)
                .map((row, _) -> new Session.NamedScope(
                        new Scope(KeyRowMapper.text(row, "name")),
                        KeyRowMapper.text(row, "title"),
                        KeyRowMapper.text(row, "description"),
                        row.getBoolean("publishable")))
                .list();
    }
}
