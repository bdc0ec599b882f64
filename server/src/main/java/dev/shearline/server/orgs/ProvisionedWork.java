package dev.shearline.server.orgs;

import dev.shearline.server.db.Tx;

/** Work at a place that is there, inside the transaction that found or made it. It may run again. */
@FunctionalInterface
public interface ProvisionedWork<T> {
    T in(Tx tx, Provisioned place);
}
