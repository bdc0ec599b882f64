package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import java.util.Optional;

/** Which role somebody has where a key is to be: what a policy asks for. */
final class CallerRoles {

    private CallerRoles() {}

    /**
     * The highest role of the caller at the owner's unit or above it; the least one for a member who has none there. A personal key goes
     * wherever its member does, so there any of them counts.
     *
     * @return empty when the credential is no member's
     */
    static Optional<Role> find(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        var organization = owner.organization();
        return actor.rightsIn(organization).flatMap(Rights::holder).map(holder -> {
            var places = type == KeyType.PERSONAL
                    ? holder.roles().keySet()
                    : MemberRights.above(tx.handle(), organization, owner.unit());
            return holder.findRoleAt(places).orElse(Role.VIEWER);
        });
    }
}
