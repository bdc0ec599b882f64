package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.orgs.Provisioned;
import dev.shearline.server.plans.Entitlement;
import dev.shearline.server.plans.Entitlements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Reads who is to own a key and what the organization's plan says, and keeps both from going away until the key is there.
 *
 * <p>The organization comes first, then the unit or the membership, each {@code FOR SHARE}. Creates share these locks, so they do not
 * queue behind one another; whoever suspends, closes or removes takes the row {@code FOR NO KEY UPDATE}, which waits for the creates
 * under way and is seen by all that follow. So no key is ever made that its owner's end does not reach. A foreign key would not do: it
 * asks only that the row be there, and a removed unit is.
 *
 * <p>Where the plan has a number of the keys that are added, the organization is locked {@code FOR NO KEY UPDATE} instead, so that what is
 * counted afterwards stays so. Which of the two it is, one statement finds out and does: nobody ever holds one and then asks for the other.
 */
final class OwnerRows {

    private static final String ORGANIZATION = """
            WITH named AS MATERIALIZED (
                SELECT o.id, jsonb_typeof(coalesce(o.overrides -> 'key_types' -> CAST(:added AS text) -> 'max_keys',
                                                   p.settings -> 'key_types' -> CAST(:added AS text) -> 'max_keys'))
                                 IS NOT DISTINCT FROM 'number' AS counted
                  FROM organization AS o JOIN plan AS p ON p.id = o.plan_id
                 WHERE o.id = :organization
            )
            SELECT o.id, o.state, o.external_id, o.plan_id, o.admin_audience_id, CAST(o.overrides AS text) AS overrides,
                   CAST(o.policy AS text) AS policy, CAST(o.policy ->> 'rotation_due_after_days' AS integer) AS rotation_due_after_days,
                   (SELECT CAST(p.settings AS text) FROM plan AS p WHERE p.id = o.plan_id) AS settings, n.counted
              FROM named AS n
             CROSS JOIN LATERAL (
                SELECT a.id, a.state, a.external_id, a.plan_id, a.admin_audience_id, a.overrides, a.policy
                  FROM (SELECT id, state, external_id, plan_id, admin_audience_id, overrides, policy FROM organization
                         WHERE id = n.id AND NOT n.counted AND pg_advisory_xact_lock_shared(hashtextextended(id, 0)) IS NOT NULL
                           FOR SHARE) AS a
                 UNION ALL
                SELECT b.id, b.state, b.external_id, b.plan_id, b.admin_audience_id, b.overrides, b.policy
                  FROM (SELECT id, state, external_id, plan_id, admin_audience_id, overrides, policy FROM organization
                         WHERE id = n.id AND n.counted AND pg_advisory_xact_lock(hashtextextended(id, 0)) IS NOT NULL
                           FOR NO KEY UPDATE) AS b) AS o
            """;
    /** In this order, which the lateral join keeps. */
    private static final String ORGANIZATION_AND_UNIT = """
            SELECT h.state, h.external_id, h.plan_id, h.admin_audience_id, h.overrides, h.settings, h.policy, h.rotation_due_after_days,
                   h.counted,
                   u.kind AS unit_kind, u.state AS unit_state, u.external_id AS unit_external_id
              FROM (%s) AS h
              LEFT JOIN LATERAL (SELECT kind, state, external_id FROM unit
                                  WHERE id = :unit AND organization_id = h.id FOR SHARE) AS u ON true
            """.formatted(ORGANIZATION);
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

    private final Entitlements entitlements;

    OwnerRows(Entitlements entitlements) {
        this.entitlements = entitlements;
    }

    private record Organization(
            OrganizationId id,
            String state,
            Optional<String> externalId,
            String adminAudience,
            Entitlement entitlement,
            Optional<Integer> rotationDueAfterDays,
            boolean alone) {

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

    private static ProblemException notFound(String field) {
        return Problem.notFound(field).asException();
    }

    private Organization lockOrganization(Tx tx, OrganizationId id, Addition addition) {
        return tx.handle()
                .createQuery(ORGANIZATION)
                .bind("organization", id.value())
                .bind("added", addition.type())
                .map((row, _) -> organization(row, id))
                .findOne()
                .orElseThrow(() -> notFound("organization"))
                .requireActive();
    }

    private Organization organization(ResultSet row, OrganizationId id) throws SQLException {
        return new Organization(
                id,
                KeyRowMapper.text(row, "state"),
                KeyRowMapper.optional(row, "external_id"),
                KeyRowMapper.text(row, "admin_audience_id"),
                entitlements.of(
                        KeyRowMapper.text(row, "plan_id"),
                        KeyRowMapper.text(row, "settings"),
                        KeyRowMapper.text(row, "overrides"),
                        KeyRowMapper.text(row, "policy")),
                KeyRowMapper.number(row, "rotation_due_after_days"),
                row.getBoolean("counted"));
    }

    /** The organization as such: its keys are seen by those who see all of them. */
    Owned ofOrganization(Tx tx, OrganizationId id, Addition addition) {
        var organization = lockOrganization(tx, id, addition);
        return owner(organization, Optional.empty(), organization.adminAudience());
    }

    Owned ofUnit(Tx tx, OrganizationId organizationId, UnitId id, Addition addition) {
        var place = tx.handle()
                .createQuery(ORGANIZATION_AND_UNIT)
                .bind("organization", organizationId.value())
                .bind("added", addition.type())
                .bind("unit", id.value())
                .map((row, _) -> new Place(organization(row, organizationId), unit(row)))
                .findOne()
                .orElseThrow(() -> notFound("organization"));
        var organization = place.organization().requireActive();
        var unit = place.unit().orElseThrow(() -> notFound(id.kind().wire()));
        if (!unit.state().equals("active")) {
            throw KeyProblems.conflict("The " + unit.kind().wire() + " has been removed: it gets no new keys.");
        }
        var owner = new KeyOwner(
                organization.id(),
                organization.externalId(),
                organization.rotationDueAfterDays(),
                id,
                unit.kind(),
                unit.externalId(),
                Optional.empty(),
                id.value());
        return new Owned(owner, organization.entitlement(), organization.alone());
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

    Owned ofUser(Tx tx, OrganizationId organization, UserId user, Addition addition) {
        var home = lockOrganization(tx, organization, addition);
        return ofMembership(tx, home, MEMBERSHIP_OF_USER, "user", user.value());
    }

    Owned ofMembership(Tx tx, OrganizationId organization, MembershipId membership, Addition addition) {
        var home = lockOrganization(tx, organization, addition);
        return ofMembership(tx, home, MEMBERSHIP, "membership", membership.value());
    }

    private static Owned ofMembership(Tx tx, Organization organization, String sql, String parameter, String id) {
        var membership = tx.handle()
                .createQuery(sql)
                .bind(parameter, id)
                .bind("organization", organization.id().value())
                .map((row, _) -> new Membership(
                        new MembershipId(KeyRowMapper.text(row, "id")),
                        new UserId(KeyRowMapper.text(row, "user_id")),
                        KeyRowMapper.text(row, "state")))
                .findOne()
                .orElseThrow(() -> notFound("user"));
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

    private static Owned owner(Organization organization, Optional<KeyOwner.Member> member, String audience) {
        var owner = new KeyOwner(
                organization.id(),
                organization.externalId(),
                organization.rotationDueAfterDays(),
                UnitId.rootOf(organization.id()),
                UnitKind.ORGANIZATION,
                Optional.empty(),
                member,
                audience);
        return new Owned(owner, organization.entitlement(), organization.alone());
    }

    Owned of(Tx tx, OrganizationId id, Destination.Holder holder, Addition addition) {
        return switch (holder) {
            case Destination.Holder.Whole _ -> ofOrganization(tx, id, addition);
            case Destination.Holder.Unit(var unit) -> ofUnit(tx, id, unit, addition);
            case Destination.Holder.User(var user) -> ofUser(tx, id, user, addition);
            case Destination.Holder.Member(var member) -> ofMembership(tx, id, member, addition);
        };
    }

    Owned of(Tx tx, Provisioned made, KeyType type, Addition addition) {
        var organization = made.organization().id();
        return switch (type) {
            case PERSONAL ->
                ofMembership(
                        tx,
                        organization,
                        made.member()
                                .orElseThrow(() -> KeyProblems.invalid(
                                        "user", "\"user\" is required: say whose personal key it is."))
                                .id(),
                        addition);
            case TEAM -> {
                var unit = made.unit()
                        .map(dev.shearline.server.orgs.Unit::id)
                        .orElseGet(() -> UnitId.rootOf(organization));
                yield ofUnit(tx, organization, unit, addition);
            }
            case CI, EPHEMERAL, OPERATOR -> ofOrganization(tx, organization, addition);
        };
    }

    /** Of the successor of a key: the same owner as it is now, if it may still have keys. */
    Owned again(Tx tx, KeyOwner owner, KeyRow.Kind kind) {
        var id = owner.organization();
        return switch (kind.type()) {
            case PERSONAL ->
                ofMembership(
                        tx, id, owner.member().map(KeyOwner.Member::membership).orElseThrow(), Addition.NONE);
            case TEAM -> ofUnit(tx, id, owner.unit(), Addition.NONE);
            case CI, EPHEMERAL, OPERATOR -> ofOrganization(tx, id, Addition.NONE);
        };
    }
}
