package dev.shearline.server.verify;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.KeyStatus;
import dev.shearline.server.keys.SpendOutcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One verification from question to answer: waits for the wanted position, judges, and does what an allowed use brings with it.
 *
 * <p>All but single-use tokens are answered on the event loop from memory. Freshness and the key's record are read after the last await,
 * immediately before the answer.
 */
final class KeyVerifier {

    static final Duration POSITION_WAIT = Duration.ofMillis(500);
    static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Uses of single-use tokens that may be at the database at once. */
    static final int SPENDING_MAX = 64;

    /** How long a use waits for its turn; then it is refused as overload, unspent. */
    static final Duration SPENDING_WAIT = Duration.ofSeconds(5);

    /** Uses that wait for their turn; more are refused at once. */
    static final int WAITING_MAX = 2_000;

    /** A verdict, and the position of the feed from which it was given. */
    record Answer(Verdict verdict, Epoch at) {}

    private final Judge judge;
    private final Directory directory;
    private final FeedNode feed;
    private final NodeDatabase database;
    private final ApiKeys keys;
    private final KeyUses uses;
    private final InstantSource clock;
    private final Semaphore spending = new Semaphore(SPENDING_MAX);

    KeyVerifier(
            Judge judge,
            Directory directory,
            FeedNode feed,
            NodeDatabase database,
            ApiKeys keys,
            KeyUses uses,
            InstantSource clock) {
        this.judge = judge;
        this.directory = directory;
        this.feed = feed;
        this.database = database;
        this.keys = keys;
        this.uses = uses;
        this.clock = clock;
    }

    Future<Answer> answer(Actor caller, Question question) {
        if (question.minEpoch() > feed.position().number()) {
            return awaitPosition(question.minEpoch()).compose(_ -> answerNow(caller, question));
        }
        return answerNow(caller, question);
    }

    private Future<Answer> answerNow(Actor caller, Question question) {
        requireFresh();
        // the position is read first: the record may be newer than the position says, never older
        var at = feed.position();
        var verdict = judge.judge(caller, question);
        if (question.probe()) {
            return Future.succeededFuture(new Answer(verdict, at));
        }
        return switch (verdict) {
            case Verdict.Allowed allowed
            when allowed.key().type() == KeyType.EPHEMERAL -> spend(allowed.key(), question);
            case Verdict.Denied denied
            when mayBeReplay(denied, question) -> replay(denied.key().orElseThrow(), question, denied);
            case Verdict.Allowed allowed -> {
                uses.used(allowed.key(), question.address(), clock.millis());
                yield Future.succeededFuture(new Answer(verdict, at));
            }
            case Verdict.Denied _ -> Future.succeededFuture(new Answer(verdict, at));
        };
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
    private Future<Answer> replay(KeyEntry entry, Question question, Verdict.Denied otherwise) {
        return offEventLoop(() -> keys.findUse(
                                entry.id(),
                                new OrganizationId(entry.organization.id),
                                question.useId().orElseThrow())
                        .map(use -> use instanceof SpendOutcome.Replayed(var at)
                                ? replayed(entry, question, at)
                                : denied(Reason.ALREADY_USED, entry))
                        .orElse(otherwise))
                .map(this::answered);
    }

    private Answer answered(Verdict verdict) {
        requireFresh();
        return new Answer(verdict, feed.position());
    }

    private Future<Answer> spend(LiveKey entry, Question question) {
        return offEventLoop(() -> {
                    var outcome = keys.spend(entry.id(), new OrganizationId(entry.organization.id), question.useId());
                    return switch (outcome) {
                        case SpendOutcome.Spent spent -> judgeSpent(entry, question, spent.version());
                        case SpendOutcome.Replayed(var at) -> replayed(entry, question, at);
                        case SpendOutcome.AlreadyUsed _ -> denied(Reason.ALREADY_USED, entry);
                        case SpendOutcome.NotSpendable(var status) ->
                            denied(status.map(KeyVerifier::reason).orElse(Reason.NOT_FOUND), entry);
                    };
                })
                .map(verdict -> {
                    if (verdict instanceof Verdict.Allowed allowed) {
                        uses.used(allowed.key(), question.address(), clock.millis());
                    }
                    return answered(verdict);
                });
    }

    /** The record may have changed while the use waited for its turn: then what the primary holds is judged. */
    private Verdict judgeSpent(LiveKey entry, Question question, int version) {
        if (version == entry.version + 1) {
            return judge.judge(entry, question);
        }
        return findUsed(entry)
                .map(key -> judge.judge(key, question))
                .orElseGet(() -> denied(Reason.ALREADY_USED, entry));
    }

    private Verdict replayed(KeyEntry entry, Question question, Instant usedAt) {
        return findUsed(entry)
                .map(key -> replayed(judge.judge(key, question, usedAt.toEpochMilli())))
                .orElseGet(() -> denied(Reason.ALREADY_USED, entry));
    }

    private Optional<LiveKey> findUsed(KeyEntry entry) {
        return database.call(handle -> directory.findUsed(handle, entry.id()));
    }

    private static Verdict replayed(Verdict verdict) {
        return verdict instanceof Verdict.Allowed allowed ? new Verdict.Allowed(allowed.key(), true) : verdict;
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

    private static Verdict denied(Reason reason, KeyEntry entry) {
        return new Verdict.Denied(reason, Optional.of(entry));
    }

    /** Work that asks the database: on a virtual thread, answered back on this event loop, bounded. */
    private <T> Future<T> offEventLoop(Callable<T> work) {
        if (spending.getQueueLength() >= WAITING_MAX) {
            throw Problem.overloaded().asException();
        }
        Promise<T> promise = Promise.promise();
        var loop = loop();
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

    private Future<Boolean> awaitPosition(long epoch) {
        Promise<Boolean> promise = Promise.promise();
        var loop = loop();
        var reached = feed.whenApplied(epoch);
        var _ = reached.completeOnTimeout(false, POSITION_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenAccept(there -> loop.runOnContext(_ -> {
                    if (there) {
                        promise.complete(true);
                    } else {
                        promise.fail(Problem.unavailable(RETRY_AFTER).asException());
                    }
                }));
        return promise.future();
    }

    private static Context loop() {
        return Objects.requireNonNull(Vertx.currentContext(), "asked on an event loop");
    }

    private void requireFresh() {
        if (!feed.freshness().isFresh()) {
            throw Problem.unavailable(RETRY_AFTER).asException();
        }
    }
}
