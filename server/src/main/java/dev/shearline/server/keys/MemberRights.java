package dev.shearline.server.keys;

import dev.shearline.server.identity.Action;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.orgs.RoleGrants;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What a member may do now, by their roles and where they have them: read on the primary for every request of a member's credential, and once
 * more in the transaction that makes a key. See docs/decisions/0016.
 */
final class MemberRights {

    private static final String ROLES = """
            SELECT m.scopes, r.unit_id, r.role
              FROM membership AS m
              JOIN membership_role AS r ON r.membership_id = m.id
              JOIN unit AS u ON u.id = r.unit_id AND u.state = 'active'
             WHERE m.id = :membership AND m.organization_id = :organization
            """;
    private static final String BELOW = """
            WITH RECURSIVE below AS (
                SELECT u.id FROM unit AS u WHERE u.id = ANY (:units) AND u.organization_id = :organization AND u.state = 'active'
                 UNION
                SELECT c.id FROM unit AS c JOIN below ON c.parent_id = below.id
                 WHERE c.organization_id = :organization AND c.state = 'active'
            )
            SELECT id FROM below
            """;
    private static final String ABOVE = """
            WITH RECURSIVE above AS (
                SELECT u.id, u.parent_id FROM unit AS u WHERE u.id = :unit AND u.organization_id = :organization
                 UNION
                SELECT p.id, p.parent_id FROM unit AS p JOIN above ON p.id = above.parent_id
                 WHERE p.organization_id = :organization
            )
            SELECT id FROM above
            """;
    /** All of whose roles lie at these units. */
    private static final String MEMBERS_WITHIN = """
            SELECT DISTINCT r.membership_id
              FROM membership_role AS r
             WHERE r.organization_id = :organization AND r.unit_id = ANY (:units)
               AND NOT EXISTS (SELECT 1 FROM membership_role AS other
                                WHERE other.membership_id = r.membership_id AND other.unit_id <> ALL (:units))
            """;

    private MemberRights() {}

    private record Held(Map<UnitId, Integer> roles, Optional<ScopeSet> own) {

        boolean isAt(UnitId unit, Role least) {
            int roles = this.roles.getOrDefault(unit, 0);
            return roles != 0 && Role.highest(roles).isAtLeast(least);
        }

        Rights.Holder holder(MembershipId membership) {
            var highest = new HashMap<UnitId, Role>();
            roles.forEach((unit, bits) -> highest.put(unit, Role.highest(bits)));
            return new Rights.Holder(membership, highest);
        }

        List<String> unitsWith(Role least) {
            return roles.keySet().stream()
                    .filter(unit -> isAt(unit, least))
                    .map(UnitId::value)
                    .toList();
        }
    }

    /**
     * Empty when the member has no role at all.
     *
     * @param bound the scopes of the credential that they use
     */
    static Optional<Rights> find(Handle handle, OrganizationId organization, MembershipId membership, ScopeSet bound) {
        var held = held(handle, organization, membership);
        if (held.roles().isEmpty()) {
            return Optional.empty();
        }
        var scopes = scopes(handle, held, bound);
        var all = scopes.values().stream().reduce(ScopeSet.NONE, ScopeSet::with);
        var root = UnitId.rootOf(organization);
        if (held.isAt(root, Action.SEE_CI_AND_EPHEMERAL_KEYS.least())) {
            return Optional.of(
                    new Rights(all, Reach.whole(), Reach.whole(), scopes, Optional.of(held.holder(membership))));
        }
        var seen = below(handle, organization, held.unitsWith(Action.SEE_TEAM_KEYS.least()));
        var managed = below(handle, organization, held.unitsWith(Action.MANAGE_TEAM_KEYS.least()));
        var members = managed.isEmpty() ? Set.<String>of() : membersWithin(handle, organization, managed);
        var sees = new HashSet<>(seen);
        sees.addAll(members);
        sees.add(membership.value());
        var manages = new HashSet<>(managed);
        manages.addAll(members);
        manages.remove(membership.value());
        if (!held.unitsWith(Action.MANAGE_OWN_KEYS.least()).isEmpty()) {
            manages.add(membership.value());
        }
        return Optional.of(new Rights(
                all,
                new Reach.Audiences(sees),
                new Reach.Audiences(manages),
                scopes,
                Optional.of(held.holder(membership))));
    }

    private static Held held(Handle handle, OrganizationId organization, MembershipId membership) {
        var roles = new HashMap<UnitId, Integer>();
        var own = new ArrayList<ScopeSet>();
        handle.createQuery(ROLES)
                .bind("membership", membership.value())
                .bind("organization", organization.value())
                .map((row, _) -> {
                    if (row.getArray("scopes") != null) {
                        own.add(ScopeSet.ofWire(KeyRowMapper.texts(row, "scopes")));
                    }
                    var role = Role.ofWire(KeyRowMapper.text(row, "role"));
                    return roles.merge(
                            new UnitId(KeyRowMapper.text(row, "unit_id")), role.bit(), (known, one) -> known | one);
                })
                .list();
        return new Held(roles, own.stream().findFirst());
    }

    private static Map<UnitId, ScopeSet> scopes(Handle handle, Held held, ScopeSet bound) {
        var ofRoles = held.own().isPresent() ? Map.<Role, ScopeSet>of() : RoleGrants.read(handle);
        var scopes = new HashMap<UnitId, ScopeSet>();
        held.roles().forEach((unit, bits) -> {
            var given = held.own()
                    .orElseGet(() -> ofRoles.entrySet().stream()
                            .filter(role -> (role.getKey().bit() & bits) != 0)
                            .map(Map.Entry::getValue)
                            .reduce(ScopeSet.NONE, ScopeSet::with));
            scopes.put(unit, given.within(bound));
        });
        return scopes;
    }

    /** These units, as far as they are there, and all below them. */
    static Set<String> below(Handle handle, OrganizationId organization, Collection<String> units) {
        return units.isEmpty()
                ? Set.of()
                : handle.createQuery(BELOW)
                        .bindArray("units", String.class, List.copyOf(units))
                        .bind("organization", organization.value())
                        .mapTo(String.class)
                        .set();
    }

    /** A unit and those above it. */
    static List<UnitId> above(Handle handle, OrganizationId organization, UnitId unit) {
        return handle.createQuery(ABOVE)
                .bind("unit", unit.value())
                .bind("organization", organization.value())
                .mapTo(String.class)
                .map(UnitId::new)
                .list();
    }

    private static Set<String> membersWithin(Handle handle, OrganizationId organization, Set<String> units) {
        return handle.createQuery(MEMBERS_WITHIN)
                .bind("organization", organization.value())
                .bindArray("units", String.class, List.copyOf(units))
                .mapTo(String.class)
                .set();
    }
}
