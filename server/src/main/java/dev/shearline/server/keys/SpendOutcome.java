package dev.shearline.server.keys;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What became of an attempt to use a key that works once. */
public sealed interface SpendOutcome {

    /** It was this attempt that spent it. The entries have no number yet; nobody waits for the other nodes. */
    record Spent(int version, List<UUID> entries) implements SpendOutcome {
        public Spent {
            entries = List.copyOf(entries);
        }
    }

    /** The same use was answered before, at most ten minutes ago: answer the same again, as of then. */
    record Replayed(Instant usedAt) implements SpendOutcome {}

    record AlreadyUsed() implements SpendOutcome {}

    /** It cannot be used now, and its status says why; without a status there is no such key. */
    record NotSpendable(Optional<KeyStatus> status) implements SpendOutcome {}
}
