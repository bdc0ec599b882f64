package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Uses a key that works once. The primary decides, by one conditional UPDATE: of all attempts on all nodes the one that finds the key
 * active wins, the others wait for its commit and find it used.
 */
final class KeySpending {

    static final Duration REPLAY_WITHIN = Duration.ofMinutes(10);

    private final ApiKeyStore keys;
    private final KeyStateStore store;
    private final KeyJournal journal;
    private final InstantSource clock;

    KeySpending(ApiKeyStore keys, KeyStateStore store, KeyJournal journal, InstantSource clock) {
        this.keys = keys;
        this.store = store;
        this.journal = journal;
        this.clock = clock;
    }

    SpendOutcome spend(
            Tx tx,
            Caller caller,
            OrganizationId organization,
            ApiKeyId id,
            Optional<String> useId,
            Consumer<Tx> spent) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var version = store.spend(tx, organization, id, useId, now);
        if (version.isPresent()) {
            var event = KeyJournal.event(organization, id, "used").with("use_id", useId);
            journal.record(tx, caller, ChangeKind.KEY_USED, id, version.get(), event);
            spent.accept(tx);
            return new SpendOutcome.Spent(version.get(), List.of());
        }
        return findUse(tx, organization, id, useId)
                .orElseGet(() -> new SpendOutcome.NotSpendable(
                        keys.find(tx, organization, id).map(key -> key.statusAt(now))));
    }

    /** What a use that has been is worth now; empty when the key has not been used. Uses nothing. */
    Optional<SpendOutcome> findUse(Tx tx, OrganizationId organization, ApiKeyId id, Optional<String> useId) {
        return store.findUse(tx, organization, id).map(use -> {
            boolean same = useId.isPresent() && useId.equals(use.useId());
            boolean recent = clock.instant().isBefore(use.at().plus(REPLAY_WITHIN));
            return same && recent ? new SpendOutcome.Replayed(use.at()) : new SpendOutcome.AlreadyUsed();
        });
    }
}
