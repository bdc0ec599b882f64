package dev.shearline.server.verify;

import dev.shearline.server.limits.Draw;

/** What the primary has said of a use: how to judge it on the event loop, immediately before the answer. */
@FunctionalInterface
interface Settlement {

    Verdict verdict();

    /** There is no answer after all: what limits have granted for it is given back. */
    default void abandon() {}

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
        public void abandon() {
            draw.giveBack();
        }
    }
}
