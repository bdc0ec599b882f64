package dev.shearline.server.identity;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What somebody may do in their organization.
 *
 * @param scopes at most these, wherever they hold
 * @param sees the keys that they read
 * @param manages the keys, units and more that they change
 * @param held of a member, at which units their roles give them which scopes, which hold below too; empty where the scopes hold in all of
 *     the reach
 * @param holder of a member, who it is, and the highest role at each unit where they have one
 */
public record Rights(ScopeSet scopes, Reach sees, Reach manages, Map<UnitId, ScopeSet> held, Optional<Holder> holder) {

    public static final Rights NONE =
            new Rights(ScopeSet.NONE, Reach.nothing(), Reach.nothing(), Map.of(), Optional.empty());

    public Rights {
        held = Map.copyOf(held);
    }

    /** Of a credential that no member's roles narrow. */
    public static Rights of(ScopeSet scopes, Reach reach) {
        return new Rights(scopes, reach, reach, Map.of(), Optional.empty());
    }

    /** @param unitAndAbove a unit and those above it */
    public ScopeSet scopesAt(Collection<UnitId> unitAndAbove) {
        if (held.isEmpty()) {
            return scopes;
        }
        return unitAndAbove.stream().filter(held::containsKey).map(held::get).reduce(ScopeSet.NONE, ScopeSet::with);
    }

    /** These rights as far as others reach and hold them too. */
    public Rights within(Rights bound) {
        var cut = held.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, at -> at.getValue().within(bound.scopes)));
        return new Rights(
                scopes.within(bound.scopes), sees.within(bound.sees), manages.within(bound.manages), cut, holder);
    }

    /** These rights with at most these scopes. */
    public Rights within(ScopeSet bound) {
        return within(of(bound, Reach.whole()));
    }

    /** These rights over a part of what they reach. */
    public Rights within(Reach part) {
        return new Rights(scopes, sees.within(part), manages.within(part), held, holder);
    }

    /** A member with roles. */
    public record Holder(MembershipId member, Map<UnitId, Role> roles) {
        public Holder {
            roles = Map.copyOf(roles);
        }

        /** The highest role at a unit, of which those above are given too. */
        public Optional<Role> findRoleAt(Collection<UnitId> unitAndAbove) {
            return unitAndAbove.stream()
                    .filter(roles::containsKey)
                    .map(roles::get)
                    .max(Comparator.naturalOrder());
        }
    }

    public Optional<MembershipId> member() {
        return holder.map(Holder::member);
    }

    public boolean includesAll(Rights other) {
        return scopes.findMissing(other.scopes).isEmpty()
                && sees.includesAll(other.sees)
                && manages.includesAll(other.manages);
    }
}
