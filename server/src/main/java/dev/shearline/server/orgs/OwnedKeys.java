package dev.shearline.server.orgs;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;

/**
 * The keys that go when their owner goes, as the feature that owns keys knows them. Each call that revokes does so, with cause {@code owner_removed},
 * at most {@value #KEYS_MAX} keys in the given transaction, which holds the organization's lock, and returns how many are left: the caller
 * goes on in another transaction until none is. Until then they are refused because their owner is gone.
 */
public interface OwnedKeys {

    int KEYS_MAX = 500;

    /** Keys at a unit that can be used, or could again. */
    int countAtUnit(Tx tx, OrganizationId organization, UnitId unit);

    int revokeAtUnit(Tx tx, Caller caller, OrganizationId organization, UnitId unit);

    int revokeOfMembership(Tx tx, Caller caller, OrganizationId organization, MembershipId membership);

    /**
     * Forgets from where the keys of a removed membership were used, of at most {@value #KEYS_MAX} of them, for good: a use that a node
     * has yet to write will not bring the address back. Returns of how many keys it has: fewer than that, and none is left.
     */
    int forgetAddresses(Tx tx, OrganizationId organization, MembershipId membership);
}
