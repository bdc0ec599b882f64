package dev.shearline.server.verify;

import dev.shearline.server.identity.ScopeSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answer of a verification. That a node cannot answer at all is not a verdict but a 503. */
sealed interface Verdict extends Judgement {

    /**
     * @param scopes what the key may do now, at the unit of the question
     * @param unit that the question names
     * @param replayed the same use of a single-use token was answered before
     */
    record Allowed(LiveKey key, ScopeSet scopes, @Nullable Cell<Records.Unit> unit, boolean replayed)
            implements Verdict {}

    /**
     * @param key what is known of the key, if the caller may know it
     * @param scopes what the key may do now, at the unit of the question
     * @param unit that the question names, if it is known
     */
    record Denied(
            Reason reason,
            Optional<KeyEntry> key,
            ScopeSet scopes,
            @Nullable Cell<Records.Unit> unit) implements Verdict {

        /** Of a key that can do nothing, or is not known. */
        Denied(Reason reason, Optional<KeyEntry> key) {
            this(reason, key, ScopeSet.NONE, null);
        }
    }
}
