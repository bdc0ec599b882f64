package dev.shearline.server.verify;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.KeyStatus;
import dev.shearline.server.keys.SpendOutcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Uses of tokens that work once: the primary spends them, or tells how they were spent. */
final class SingleUse {

    /** Uses of single-use tokens that may be at the database at once. */
    static final int SPENDING_MAX = 64;

    /** How long a use waits for its turn; then it is refused as overload, unspent. */
    static final Duration SPENDING_WAIT = Duration.ofSeconds(5);

    /** Uses that wait for their turn; more are refused at once. */
    static final int WAITING_MAX = 2_000;

    private final Judge judge;
    private final Directory directory;
    private final NodeDatabase database;
    private final ApiKeys keys;
    private final Draws draws;
    private final KeyUses uses;
    private final UsageCounts counts;
    private final InstantSource clock;
    private final Semaphore spending = new Semaphore(SPENDING_MAX);

    SingleUse(
            Judge judge,
            Directory directory,
            NodeDatabase database,
            ApiKeys keys,
            Draws draws,
            KeyUses uses,
            UsageCounts counts,
            InstantSource clock) {
        this.judge = judge;
        this.directory = directory;
        this.database = database;
        this.keys = keys;
        this.draws = draws;
        this.uses = uses;
        this.counts = counts;
        this.clock = clock;
    }

    /** Whether the primary has to be asked. */
    static boolean concerns(Verdict verdict, Question question) {
        return !question.probe()
                && question.spends()
                && switch (verdict) {
                    case Verdict.Allowed allowed -> allowed.key().type() == KeyType.EPHEMERAL;
                    case Verdict.Denied denied -> mayBeReplay(denied, question);
                };
    }

    Future<Settlement> settle(Verdict verdict, Question question) {
        return switch (verdict) {
            case Verdict.Allowed allowed -> drawAndSpend(allowed, question);
            case Verdict.Denied denied -> replay(denied.key().orElseThrow(), question, denied);
        };
    }

    /** What limits refuse is not spent, and what is not spent is given back. */
    private Future<Settlement> drawAndSpend(Verdict.Allowed allowed, Question question) {
        var draw = draws.draw(allowed.key(), question, clock.millis());
        if (draw == null) {
            return spend(allowed.key(), question);
        }
        if (allowed.with(draw) instanceof Verdict.Denied denied) {
            // the use may have been answered before, and this node has not heard of it yet
            return question.useId().isPresent()
                    ? replay(allowed.key(), question, denied)
                    : Future.succeededFuture(() -> denied);
        }
        return spend(allowed.key(), question)
                .onFailure(_ -> draw.giveBack())
                .map(spent -> new Settlement.Drawn(spent, draw));
    }

    /** Also of a token that has expired since: whoever repeats a use asks about the time of the use. */
    private static boolean mayBeReplay(Verdict.Denied denied, Question question) {
        return question.useId().isPresent()
                && switch (denied.reason()) {
                    case ALREADY_USED -> denied.key().isPresent();
                    case EXPIRED -> denied.key().orElse(null) instanceof LiveKey key && key.type() == KeyType.EPHEMERAL;
                    default -> false;
                };
    }

    /**
     * A token that this node knows to be used is never used again, whatever the primary says: after a failover that has lost the use its
     * row is active once more.
     */
    private Future<Settlement> replay(KeyEntry entry, Question question, Verdict.Denied otherwise) {
        return offEventLoop(() -> keys.findUse(
                        entry.id(),
                        new OrganizationId(entry.organization.id),
                        question.useId().orElseThrow())
                .map(use -> use instanceof SpendOutcome.Replayed(var at)
                        ? replayed(entry, question, at)
                        : refused(Reason.ALREADY_USED, entry))
                .orElse(() -> otherwise));
    }

    private Future<Settlement> spend(LiveKey entry, Question question) {
        return offEventLoop(() -> {
            var outcome = keys.spend(
                    entry.id(),
                    new OrganizationId(entry.organization.id),
                    question.useId(),
                    tx -> counts.countSpent(tx, entry, question));
            return switch (outcome) {
                case SpendOutcome.Spent spent -> spent(entry, question, spent.version());
                case SpendOutcome.Replayed(var at) -> replayed(entry, question, at);
                case SpendOutcome.AlreadyUsed _ -> refused(Reason.ALREADY_USED, entry);
                case SpendOutcome.NotSpendable(var status) ->
                    refused(status.map(SingleUse::reason).orElse(Reason.NOT_FOUND), entry);
            };
        });
    }

    /** The record may have changed while the use waited for its turn: then what the primary holds is judged. */
    private Settlement spent(LiveKey entry, Question question, int version) {
        var key = version == entry.version + 1 ? Optional.of(entry) : findUsed(entry);
        return new Settlement.Spent(() -> key.map(found -> noted(judge.judge(found, question), question))
                .orElseGet(() -> new Verdict.Denied(Reason.ALREADY_USED, Optional.of(entry))));
    }

    private Verdict noted(Verdict verdict, Question question) {
        if (verdict instanceof Verdict.Allowed allowed) {
            uses.used(allowed.key(), question.address(), clock.millis());
        }
        return verdict;
    }

    private Settlement replayed(KeyEntry entry, Question question, Instant usedAt) {
        return findUsed(entry)
                .<Settlement>map(key -> () -> replayed(judge.judge(key, question, usedAt.toEpochMilli())))
                .orElseGet(() -> refused(Reason.ALREADY_USED, entry));
    }

    private Optional<LiveKey> findUsed(KeyEntry entry) {
        return database.call(handle -> directory.findUsed(handle, entry.id()));
    }

    private static Verdict replayed(Verdict verdict) {
        return verdict instanceof Verdict.Allowed allowed ? allowed.replay() : verdict;
    }

    /** What the primary says of a key that this node still held for good. */
    private static Reason reason(KeyStatus status) {
        return switch (status) {
            case REVOKED -> Reason.REVOKED;
            case USED -> Reason.ALREADY_USED;
            case DISABLED -> Reason.DISABLED;
            case NOT_YET_VALID -> Reason.NOT_YET_VALID;
            case EXPIRED, ROTATING, EXPIRING, ACTIVE -> Reason.EXPIRED;
        };
    }

    private static Settlement refused(Reason reason, KeyEntry entry) {
        return () -> new Verdict.Denied(reason, Optional.of(entry));
    }

    /** Work that asks the database: on a virtual thread, answered back on this event loop, bounded. */
    private <T> Future<T> offEventLoop(Callable<T> work) {
        if (spending.getQueueLength() >= WAITING_MAX) {
            return Future.failedFuture(Problem.overloaded().asException());
        }
        Promise<T> promise = Promise.promise();
        var loop = KeyVerifier.loop();
        Thread.startVirtualThread(() -> {
            try {
                var value = inTurn(work);
                loop.runOnContext(_ -> promise.complete(value));
            } catch (Throwable failure) {
                loop.runOnContext(_ -> promise.fail(failure));
            }
        });
        return promise.future();
    }

    /** Waits for its turn, so that a batch of tokens is not cut in the middle by its own size. */
    private <T> T inTurn(Callable<T> work) throws Exception {
        if (!spending.tryAcquire(SPENDING_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw Problem.overloaded().asException();
        }
        try {
            return work.call();
        } finally {
            spending.release();
        }
    }
}
