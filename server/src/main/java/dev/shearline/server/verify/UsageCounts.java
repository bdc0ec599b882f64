package dev.shearline.server.verify;

import dev.shearline.server.db.Tx;
import dev.shearline.server.usage.Outcome;
import dev.shearline.server.usage.Usage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts each answer about a known key, before it is written. A probe counts nothing, nor does a key that is not known to who asks, nor a use
 * that is told again: it was counted when it was made.
 */
final class UsageCounts {

    private static final Map<Reason, Outcome> DENIED = new EnumMap<>(Reason.class);

    static {
        for (var reason : Reason.values()) {
            Outcome.find(reason.wire()).ifPresent(outcome -> DENIED.put(reason, outcome));
        }
    }

    private final Usage usage;

    UsageCounts(Usage usage) {
        this.usage = usage;
    }

    static Optional<Outcome> outcomeOf(Reason reason) {
        return Optional.ofNullable(DENIED.get(reason));
    }

    void count(Verdict verdict, Question question, long now) {
        if (question.probe()) {
            return;
        }
        switch (verdict) {
            case Verdict.Allowed allowed -> {
                if (!allowed.replayed()) {
                    count(allowed.key(), Outcome.ALLOWED, question, now);
                    noteCaller(allowed.key(), question, now);
                }
            }
            case Verdict.Denied denied -> {
                var outcome = DENIED.get(denied.reason());
                if (outcome != null && denied.key().isPresent()) {
                    count(denied.key().get(), outcome, question, now);
                }
            }
        }
    }

    /** A token that was spent: in the same transaction, so that neither is without the other. */
    void countSpent(Tx tx, LiveKey key, Question question) {
        usage.countNow(tx, key.id(), Outcome.ALLOWED, question.cost());
    }

    /** From where a use came that is counted already. */
    void noteCaller(Verdict verdict, Question question, long now) {
        if (verdict instanceof Verdict.Allowed allowed) {
            noteCaller(allowed.key(), question, now);
        }
    }

    private void noteCaller(LiveKey key, Question question, long now) {
        if (question.address().isPresent()
                || !question.route().isEmpty()
                || !question.userAgent().isEmpty()) {
            usage.called(key.id(), question.address(), question.route(), question.userAgent(), now);
        }
    }

    private void count(KeyEntry key, Outcome outcome, Question question, long now) {
        usage.count(key.idHigh(), key.idLow(), outcome, question.cost(), now);
    }
}
