package dev.shearline.server.verify;

import dev.shearline.server.limits.Draw;
import java.util.function.Supplier;

/** What the primary has said of a use: how to judge it on the event loop, immediately before the answer. */
@FunctionalInterface
interface Settlement {

    Verdict verdict();

    /** Whether the use was counted where it was spent, in the same transaction. */
    default boolean isCounted() {
        return false;
    }

    /** There is no answer after all: what limits have granted for it is given back. */
    default void abandon() {}

    /** A use that was spent now. */
    record Spent(Supplier<Verdict> judged) implements Settlement {

        @Override
        public Verdict verdict() {
            return judged.get();
        }

        @Override
        public boolean isCounted() {
            return true;
        }
    }

    /** A use for which limits have granted its cost: only what was spent now has used it. */
    record Drawn(Settlement spent, Draw draw) implements Settlement {

        @Override
        public Verdict verdict() {
            var verdict = spent.verdict();
            if (verdict instanceof Verdict.Allowed allowed && !allowed.replayed()) {
                return allowed.with(draw);
            }
            draw.giveBack();
            return verdict;
        }

        @Override
        public boolean isCounted() {
            return spent.isCounted();
        }

        /** What was spent has been used, whether or not it is answered. */
        @Override
        public void abandon() {
            if (!spent.isCounted()) {
                draw.giveBack();
            }
        }
    }
}
