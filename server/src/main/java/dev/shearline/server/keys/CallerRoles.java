package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import java.util.Optional;

/** Which role somebody has where a key is to be: what a policy asks for. */
final class CallerRoles {

    /** Roles count for the units below. A personal key goes wherever its member does, so there any of them counts. */
    private static final String ROLE = """
            WITH RECURSIVE upwards (id, parent_id) AS (
                SELECT id, parent_id FROM unit WHERE id = :unit AND organization_id = :organization
                 UNION ALL
                SELECT u.id, u.parent_id FROM unit AS u JOIN upwards AS b ON u.id = b.parent_id
            )
            SELECT r.role FROM membership_role AS r JOIN role AS d ON d.name = r.role
             WHERE r.membership_id = :membership AND (:anywhere OR r.unit_id IN (SELECT id FROM upwards))
             ORDER BY d.rank DESC
             LIMIT 1
            """;

    private CallerRoles() {}

    /**
     * The highest role of the caller at the owner's unit or above it; the least one for a member who has none there.
     *
     * @return empty when the credential is no member's
     */
    static Optional<Role> find(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        return actor.rightsIn(owner.organization())
                .flatMap(Rights::member)
                .map(member -> find(tx, member, owner, type).orElse(Role.VIEWER));
    }

    private static Optional<Role> find(Tx tx, MembershipId member, KeyOwner owner, KeyType type) {
        return tx.handle()
                .createQuery(ROLE)
                .bind("membership", member.value())
                .bind("unit", owner.unit().value())
                .bind("organization", owner.organization().value())
                .bind("anywhere", type == KeyType.PERSONAL)
                .mapTo(String.class)
                .findOne()
                .map(Role::ofWire);
    }
}
