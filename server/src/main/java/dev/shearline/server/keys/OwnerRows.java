package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Reads who is to own a key and keeps it from going away until the key is there.
 *
 * <p>The organization comes first, then the unit or the membership, each {@code FOR SHARE}. Creates share these locks, so they do not
 * queue behind one another; whoever suspends, closes or removes takes the row {@code FOR NO KEY UPDATE}, which waits for the creates
 * under way and is seen by all that follow. So no key is ever made that its owner's end does not reach. A foreign key would not do: it
 * asks only that the row be there, and a removed unit is.
 */
final class OwnerRows {

    private static final String ORGANIZATION = """
            SELECT state, external_id, plan_id, admin_audience_id FROM organization
             WHERE id = :organization AND pg_advisory_xact_lock_shared(hashtextextended(id, 0)) IS NOT NULL
               FOR SHARE
            """;
    /** In this order, which the lateral join keeps. */
    private static final String ORGANIZATION_AND_UNIT = """
            SELECT o.state, o.external_id, o.plan_id, o.admin_audience_id,
                   u.kind AS unit_kind, u.state AS unit_state, u.external_id AS unit_external_id
              FROM (SELECT id, state, external_id, plan_id, admin_audience_id FROM organization
                     WHERE id = :organization AND pg_advisory_xact_lock_shared(hashtextextended(id, 0)) IS NOT NULL
                       FOR SHARE) AS o
              LEFT JOIN LATERAL (SELECT kind, state, external_id FROM unit
                                  WHERE id = :unit AND organization_id = o.id FOR SHARE) AS u ON true
            """;
    /** A user who left and came back has several memberships, of which one at most is active. */
    private static final String MEMBERSHIP_OF_USER = """
            SELECT id, user_id, state FROM membership
             WHERE user_id = :user AND organization_id = :organization
             ORDER BY state = 'active' DESC, created_at DESC
             LIMIT 1 FOR SHARE
            """;

    private static final String MEMBERSHIP = """
            SELECT id, user_id, state FROM membership WHERE id = :membership AND organization_id = :organization FOR SHARE
            """;
    private static final String USER = """
            SELECT state, external_id FROM app_user WHERE id = :user
            """;

    private record Organization(
            OrganizationId id, String state, Optional<String> externalId, String plan, String adminAudience) {

        private Organization requireActive() {
            return switch (state) {
                case "active", "instance" -> this;
                default -> throw KeyProblems.conflict("The organization is " + state + ": it gets no new keys.");
            };
        }
    }

    private record Unit(UnitKind kind, String state, Optional<String> externalId) {}

    private record Place(Organization organization, Optional<Unit> unit) {}

    private record Membership(MembershipId id, UserId user, String state) {}

    private record User(String state, Optional<String> externalId) {}

    private static Organization lockOrganization(Tx tx, OrganizationId id) {
        return tx.handle()
                .createQuery(ORGANIZATION)
                .bind("organization", id.value())
                .map((row, _) -> organization(row, id))
                .findOne()
                .orElseThrow(KeyProblems::notFound)
                .requireActive();
    }

    private static Organization organization(ResultSet row, OrganizationId id) throws SQLException {
        return new Organization(
                id,
                KeyRowMapper.text(row, "state"),
                KeyRowMapper.optional(row, "external_id"),
                KeyRowMapper.text(row, "plan_id"),
                KeyRowMapper.text(row, "admin_audience_id"));
    }

    /** The organization as such: its keys are seen by those who see all of them. */
    KeyOwner ofOrganization(Tx tx, OrganizationId id) {
        var organization = lockOrganization(tx, id);
        return owner(organization, Optional.empty(), organization.adminAudience());
    }

    KeyOwner ofUnit(Tx tx, OrganizationId organizationId, UnitId id) {
        var place = tx.handle()
                .createQuery(ORGANIZATION_AND_UNIT)
                .bind("organization", organizationId.value())
                .bind("unit", id.value())
                .map((row, _) -> new Place(organization(row, organizationId), unit(row)))
                .findOne()
                .orElseThrow(KeyProblems::notFound);
        var organization = place.organization().requireActive();
        var unit = place.unit().orElseThrow(KeyProblems::notFound);
        if (!unit.state().equals("active")) {
            throw KeyProblems.conflict("The " + unit.kind().wire() + " has been removed: it gets no new keys.");
        }
        return new KeyOwner(
                organization.id(),
                organization.externalId(),
                organization.plan(),
                id,
                unit.kind(),
                unit.externalId(),
                Optional.empty(),
                id.value());
    }

    private static Optional<Unit> unit(ResultSet row) throws SQLException {
        var kind = KeyRowMapper.optional(row, "unit_kind");
        return kind.isEmpty()
                ? Optional.empty()
                : Optional.of(new Unit(
                        UnitKind.ofWire(kind.get()),
                        KeyRowMapper.text(row, "unit_state"),
                        KeyRowMapper.optional(row, "unit_external_id")));
    }

    KeyOwner ofUser(Tx tx, OrganizationId organization, UserId user) {
        return ofMembership(tx, lockOrganization(tx, organization), MEMBERSHIP_OF_USER, "user", user.value());
    }

    KeyOwner ofMembership(Tx tx, OrganizationId organization, MembershipId membership) {
        return ofMembership(tx, lockOrganization(tx, organization), MEMBERSHIP, "membership", membership.value());
    }

    private KeyOwner ofMembership(Tx tx, Organization organization, String sql, String parameter, String id) {
        var membership = tx.handle()
                .createQuery(sql)
                .bind(parameter, id)
                .bind("organization", organization.id().value())
                .map((row, _) -> new Membership(
                        new MembershipId(KeyRowMapper.text(row, "id")),
                        new UserId(KeyRowMapper.text(row, "user_id")),
                        KeyRowMapper.text(row, "state")))
                .findOne()
                .orElseThrow(KeyProblems::notFound);
        if (!membership.state().equals("active")) {
            throw KeyProblems.conflict("The user is no member of the organization any more: add the user again first.");
        }
        var user = user(tx, membership.user());
        if (!user.state().equals("active")) {
            throw KeyProblems.conflict("The user is " + user.state() + ": enable the user first.");
        }
        var member = new KeyOwner.Member(membership.id(), membership.user(), user.externalId());
        return owner(organization, Optional.of(member), membership.id().value());
    }

    private static User user(Tx tx, UserId id) {
        return tx.handle()
                .createQuery(USER)
                .bind("user", id.value())
                .map((row, _) -> new User(KeyRowMapper.text(row, "state"), KeyRowMapper.optional(row, "external_id")))
                .one();
    }

    private static KeyOwner owner(Organization organization, Optional<KeyOwner.Member> member, String audience) {
        return new KeyOwner(
                organization.id(),
                organization.externalId(),
                organization.plan(),
                UnitId.rootOf(organization.id()),
                UnitKind.ORGANIZATION,
                Optional.empty(),
                member,
                audience);
    }

    /** Of the successor of a key: the same owner as it is now, if it may still have keys. */
    KeyOwner again(Tx tx, KeyOwner owner, KeyRow.Kind kind) {
        var id = owner.organization();
        return switch (kind.type()) {
            case PERSONAL ->
                ofMembership(
                        tx, id, owner.member().map(KeyOwner.Member::membership).orElseThrow());
            case TEAM -> ofUnit(tx, id, owner.unit());
            case CI, EPHEMERAL, OPERATOR -> ofOrganization(tx, id);
        };
    }
}
