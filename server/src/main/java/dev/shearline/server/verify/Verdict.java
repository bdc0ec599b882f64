package dev.shearline.server.verify;

import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.Draw;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answer of a verification. That a node cannot answer at all is not a verdict but a 503. */
sealed interface Verdict extends Judgement {

    /** What limits said, if they were asked. */
    @Nullable
    Draw draw();

    /**
     * @param scopes what the key may do now, at the unit of the question
     * @param unit that the question names
     * @param replayed the same use of a single-use token was answered before
     * @param draw what limits said; null where there are none
     */
    record Allowed(
            LiveKey key,
            ScopeSet scopes,
            @Nullable Cell<Records.Unit> unit,
            boolean replayed,
            @Nullable Draw draw) implements Verdict {

        Allowed replay() {
            return new Allowed(key, scopes, unit, true, draw);
        }

        /** What it is once limits have been asked. */
        Verdict with(@Nullable Draw asked) {
            if (asked == null) {
                return this;
            }
            return asked.granted()
                    ? new Allowed(key, scopes, unit, replayed, asked)
                    : new Denied(reasonOf(asked), Optional.of(key), scopes, unit, asked);
        }

        private static Reason reasonOf(Draw refusal) {
            return refusal.reading().quota() ? Reason.QUOTA_EXHAUSTED : Reason.RATE_LIMITED;
        }
    }

    /**
     * @param key what is known of the key, if the caller may know it
     * @param scopes what the key may do now, at the unit of the question
     * @param unit that the question names, if it is known
     * @param draw of limits that refuse it; null where something else does
     */
    record Denied(
            Reason reason,
            Optional<KeyEntry> key,
            ScopeSet scopes,
            @Nullable Cell<Records.Unit> unit,
            @Nullable Draw draw)
            implements Verdict {

        Denied(Reason reason, Optional<KeyEntry> key, ScopeSet scopes, @Nullable Cell<Records.Unit> unit) {
            this(reason, key, scopes, unit, null);
        }

        /** Of a key that can do nothing, or is not known. */
        Denied(Reason reason, Optional<KeyEntry> key) {
            this(reason, key, ScopeSet.NONE, null, null);
        }
    }
}
