package dev.shearline.server.keys;

import dev.shearline.server.plans.Entitlement;

/**
 * Whose a new key will be, and what its organization may have. Both stay as they are until the transaction ends.
 *
 * @param alone whether this transaction holds the organization alone, so that nobody else adds a key meanwhile
 */
record Owned(KeyOwner owner, Entitlement entitlement, boolean alone) {}
