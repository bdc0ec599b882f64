package dev.shearline.server.changes;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;

/**
 * Looks at a caller once more, inside a transaction that may have waited for a lock: their rights may have gone meanwhile. While that lock is
 * held they stay as they are found.
 */
@FunctionalInterface
public interface Callers {

    /** Of commands that are no server, and of tests whose callers are made up. */
    Callers AS_THEY_CAME = (_, actor) -> actor;

    /** Who they are now, with the rights that they have now; 401 when their credential has ended. */
    Actor now(Tx tx, Actor actor);
}
