package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.Action;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import java.util.List;

/** What a caller may do with the keys of an owner. */
final class CallerRights {

    private CallerRights() {}

    /** The key is visible to the caller, so that it may not be changed is said. */
    static void requireManages(Actor actor, KeyRow key) {
        boolean holds = actor instanceof Actor.Possession held && held.key().equals(key.id());
        if (!holds && !actor.manages(key.organization(), key.owner().audience())) {
            throw KeyProblems.forbidden("Your credential sees this key and may not change it: that takes "
                    + needed(actor, key.owner(), key.kind().type()) + ".");
        }
    }

    static void requireMakes(Actor actor, KeyOwner owner, KeyType type) {
        var rights = actor.rightsIn(owner.organization());
        if (rights.isEmpty()) {
            throw KeyProblems.notFound();
        }
        if (actor instanceof Actor.Embed && !rights.get().sees().includes(owner.audience())) {
            // who else there is, is not for whoever sits before a page
            throw Problem.notFound(owner.holder(type).type()).asException();
        }
        if (!actor.manages(owner.organization(), owner.audience())) {
            throw KeyProblems.forbidden(
                    "Your credential may not make such a key: that takes " + needed(actor, owner, type) + ".");
        }
    }

    private static String needed(Actor actor, KeyOwner owner, KeyType type) {
        return switch (type) {
            case PERSONAL ->
                isOwn(actor, owner)
                        ? "the role " + Action.MANAGE_OWN_KEYS.least().wire()
                        : "the role " + Action.MANAGE_KEYS_OF_MEMBERS.least().wire()
                                + " at or above all units where its owner has a role, or a key of the organization";
            case TEAM ->
                "the role " + Action.MANAGE_TEAM_KEYS.least().wire() + " at " + owner.unit()
                        + " or above it, or a key of such a unit";
            case CI, EPHEMERAL ->
                "the role " + Action.MANAGE_CI_AND_EPHEMERAL_KEYS.least().wire()
                        + " at the organization, or a key of the organization";
            case OPERATOR -> "an operator key";
        };
    }

    /** What the caller holds where such a key works: nobody grants more. */
    static ScopeSet grantable(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        var rights = actor.grantsIn(owner.organization()).orElse(Rights.NONE);
        if (rights.held().isEmpty()) {
            return rights.scopes();
        }
        return switch (type) {
            case PERSONAL -> isOwn(actor, owner) ? rights.scopes() : grantableTo(tx, rights, owner);
            case TEAM -> rights.scopesAt(above(tx, owner, owner.unit()));
            case CI, EPHEMERAL, OPERATOR -> rights.scopesAt(List.of(UnitId.rootOf(owner.organization())));
        };
    }

    /**
     * At every unit where the other member has a role, and no more than the member holds. Whoever holds a key of somebody higher would
     * act by that one's role, so it takes at least the same.
     */
    private static ScopeSet grantableTo(Tx tx, Rights rights, KeyOwner owner) {
        var organization = owner.organization();
        var member = owner.member().orElseThrow().membership();
        var theirs = MemberRights.find(tx.handle(), organization, member, ScopeSet.ALL);
        if (theirs.isEmpty()) {
            return rights.scopesAt(List.of(UnitId.rootOf(organization)));
        }
        var both = theirs.get().scopes();
        for (var role : theirs.get().holder().orElseThrow().roles().entrySet()) {
            var places = above(tx, owner, role.getKey());
            requireAsHigh(rights, role.getKey(), places, role.getValue());
            both = both.within(rights.scopesAt(places));
        }
        return both;
    }

    private static void requireAsHigh(Rights rights, UnitId unit, List<UnitId> places, Role theirs) {
        var own = rights.holder().orElseThrow().findRoleAt(places);
        if (own.filter(role -> role.isAtLeast(theirs)).isEmpty()) {
            throw KeyProblems.forbidden("This member is " + theirs.wire() + " at " + unit
                    + ": making or rotating a key of theirs takes that role there or above it. They do it themselves.");
        }
    }

    private static List<UnitId> above(Tx tx, KeyOwner owner, UnitId unit) {
        return MemberRights.above(tx.handle(), owner.organization(), unit);
    }

    private static boolean isOwn(Actor actor, KeyOwner owner) {
        var own = actor.rightsIn(owner.organization()).flatMap(Rights::member);
        return own.isPresent() && own.equals(owner.member().map(KeyOwner.Member::membership));
    }
}
