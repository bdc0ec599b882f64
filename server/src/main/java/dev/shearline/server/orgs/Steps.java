package dev.shearline.server.orgs;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.OutcomeUnknownException;
import java.util.function.Supplier;

/**
 * The transactions of one removal, one after another. Once the first is committed, a failure does not mean any more that nothing was
 * changed: whoever repeats the removal goes on where it stopped.
 */
final class Steps {

    private boolean begun;

    /** @param step commits, or, after one that has, looks what is left */
    <T> T next(Supplier<T> step) {
        try {
            var done = step.get();
            begun = true;
            return done;
        } catch (DatabaseUnavailableException e) {
            throw begun ? new OutcomeUnknownException(e) : e;
        }
    }
}
