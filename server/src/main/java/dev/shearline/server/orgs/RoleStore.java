package dev.shearline.server.orgs;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.UnitId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL of roles at units. */
final class RoleStore {

    private static final String LIST = """
            SELECT membership_id, unit_id, role
              FROM membership_role
             WHERE membership_id = ANY (:memberships)
             ORDER BY membership_id, unit_id, role
            """;
    private static final String INSERT = """
            INSERT INTO membership_role (organization_id, membership_id, unit_id, role)
            VALUES (:organization, :membership, :unit, :role)
            """;
    private static final String DELETE = """
            DELETE FROM membership_role WHERE membership_id = :membership AND unit_id = :unit AND role = :role
            """;
    private static final String MEMBERSHIPS_AT = """
            SELECT DISTINCT membership_id FROM membership_role WHERE unit_id = :unit ORDER BY membership_id LIMIT :rows
            """;
    private static final String DELETE_AT = """
            DELETE FROM membership_role WHERE membership_id = :membership AND unit_id = :unit
            """;
    private static final String HAS_OTHER_OWNER = """
            SELECT EXISTS (SELECT 1
                             FROM membership_role AS r
                             JOIN membership AS m ON m.id = r.membership_id AND m.state = 'active'
                             JOIN app_user AS u ON u.id = m.user_id AND u.state = 'active'
                            WHERE r.unit_id = :root AND r.role = 'owner' AND r.membership_id <> :membership)
            """;

    Map<MembershipId, List<RoleAt>> list(Tx tx, Collection<MembershipId> memberships) {
        var roles = new HashMap<MembershipId, List<RoleAt>>();
        tx.handle()
                .createQuery(LIST)
                .bind(
                        "memberships",
                        memberships.stream().map(MembershipId::value).toArray(String[]::new))
                .map((row, _) -> {
                    var role = new RoleAt(new UnitId(row.getString("unit_id")), Role.ofWire(row.getString("role")));
                    return roles.computeIfAbsent(
                                    new MembershipId(row.getString("membership_id")), _ -> new ArrayList<>())
                            .add(role);
                })
                .list();
        return roles;
    }

    List<RoleAt> list(Tx tx, MembershipId membership) {
        return list(tx, List.of(membership)).getOrDefault(membership, List.of());
    }

    void insert(Tx tx, MemberRow member, Collection<RoleAt> roles) {
        if (roles.isEmpty()) {
            return;
        }
        var batch = tx.handle().prepareBatch(INSERT);
        for (var role : roles) {
            batch.bind("organization", member.organization().value())
                    .bind("membership", member.id().value())
                    .bind("unit", role.unit().value())
                    .bind("role", role.role().wire())
                    .add();
        }
        batch.execute();
    }

    void delete(Tx tx, MembershipId member, Collection<RoleAt> roles) {
        if (roles.isEmpty()) {
            return;
        }
        var batch = tx.handle().prepareBatch(DELETE);
        for (var role : roles) {
            batch.bind("membership", member.value())
                    .bind("unit", role.unit().value())
                    .bind("role", role.role().wire())
                    .add();
        }
        batch.execute();
    }

    List<MembershipId> membershipsAt(Tx tx, UnitId unit, int rowsMax) {
        return tx.handle()
                .createQuery(MEMBERSHIPS_AT)
                .bind("unit", unit.value())
                .bind("rows", rowsMax)
                .mapTo(String.class)
                .map(MembershipId::new)
                .list();
    }

    void deleteAt(Tx tx, MembershipId membership, UnitId unit) {
        tx.handle()
                .createUpdate(DELETE_AT)
                .bind("membership", membership.value())
                .bind("unit", unit.value())
                .execute();
    }

    boolean hasOtherOwner(Tx tx, MemberRow member) {
        return tx.handle()
                .createQuery(HAS_OTHER_OWNER)
                .bind("root", member.organization().value())
                .bind("membership", member.id().value())
                .mapTo(Boolean.class)
                .one();
    }
}
