package dev.shearline.server.orgs;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.ScopeSet;

/** The scopes that there are, as the catalog knows them. */
@FunctionalInterface
public interface KnownScopes {

    /** Inside the transaction that gives them: ends the request at one that nobody has defined; the others stay until the commit. */
    void require(Tx tx, ScopeSet scopes);
}
