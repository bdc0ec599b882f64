package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import java.util.Comparator;
import java.util.Optional;

/** Which role somebody has where a key is to be: what a policy asks for. */
final class CallerRoles {

    private CallerRoles() {}

    /**
     * The highest role of the caller at the owner's unit or above it; the least one for a member who has none there. A personal key goes
     * wherever its member does: of one's own any of one's roles counts, of somebody else's the lowest that one has where they have one.
     *
     * @return empty when the credential is no member's
     */
    static Optional<Role> find(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        return actor.rightsIn(owner.organization())
                .flatMap(Rights::holder)
                .map(holder -> type == KeyType.PERSONAL
                        ? ofPersonal(tx, holder, owner)
                        : at(tx, holder, owner.organization(), owner.unit()));
    }

    private static Role ofPersonal(Tx tx, Rights.Holder holder, KeyOwner owner) {
        var member = owner.member().orElseThrow().membership();
        if (member.equals(holder.member())) {
            return holder.findRoleAt(holder.roles().keySet()).orElse(Role.VIEWER);
        }
        return MemberRights.find(tx.handle(), owner.organization(), member, ScopeSet.ALL)
                .flatMap(Rights::holder)
                .stream()
                .flatMap(theirs -> theirs.roles().keySet().stream())
                .map(unit -> at(tx, holder, owner.organization(), unit))
                .min(Comparator.naturalOrder())
                .orElseGet(() -> at(tx, holder, owner.organization(), UnitId.rootOf(owner.organization())));
    }

    private static Role at(Tx tx, Rights.Holder holder, OrganizationId organization, UnitId unit) {
        return holder.findRoleAt(MemberRights.above(tx.handle(), organization, unit))
                .orElse(Role.VIEWER);
    }
}
