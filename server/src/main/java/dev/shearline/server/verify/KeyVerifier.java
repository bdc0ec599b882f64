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
import dev.shearline.token.KeyDigest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One verification from question to answer: waits for the wanted position, judges, and does what an allowed use brings with it.
 *
 * <p>All but single-use tokens are answered on the event loop from memory. Freshness and the key's record are read after the last await,
 * immediately before the answer: whoever asks the database brings back how to judge, not a verdict.
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

    /** How often a key is looked for that has to be read first. */
    static final int LOOKS_MAX = 4;

    /** What became of a question in a batch. */
    sealed interface BatchAnswer {}

    /** A verdict, and the position of the feed from which it was given. */
    record Answer(Verdict verdict, Epoch at) implements BatchAnswer {}

    /** There is no verdict, because of this. */
    record Unanswered(Throwable cause) implements BatchAnswer {}

    private final Judge judge;
    private final Directory directory;
    private final FeedNode feed;
    private final NodeDatabase database;
    private final ApiKeys keys;
    private final Draws draws;
    private final KeyUses uses;
    private final ReadThrough reads;
    private final UsageCounts counts;
    private final InstantSource clock;
    private final Semaphore spending = new Semaphore(SPENDING_MAX);

    KeyVerifier(
            Judge judge,
            Directory directory,
            FeedNode feed,
            NodeDatabase database,
            ApiKeys keys,
            Draws draws,
            KeyUses uses,
            ReadThrough reads,
            UsageCounts counts,
            InstantSource clock) {
        this.judge = judge;
        this.directory = directory;
        this.feed = feed;
        this.database = database;
        this.keys = keys;
        this.draws = draws;
        this.uses = uses;
        this.reads = reads;
        this.counts = counts;
        this.clock = clock;
    }

    Future<Answer> answer(Actor caller, Question question) {
        if (question.minEpoch() > feed.position().number()) {
            return awaitPosition(question.minEpoch()).compose(_ -> answerNow(caller, question, LOOKS_MAX));
        }
        return answerNow(caller, question, LOOKS_MAX);
    }

    /** @param looks how often it may be looked for */
    private Future<Answer> answerNow(Actor caller, Question question, int looks) {
        requireFresh();
        // the position is read first: the record may be newer than the position says, never older
        var at = feed.position();
        long now = clock.millis();
        return switch (judge.judge(caller, question, now)) {
            case Verdict verdict ->
                asksPrimary(verdict, question)
                        ? askPrimary(verdict, question).map(settled -> settled(settled, question))
                        : Future.succeededFuture(given(verdict, question, at, now));
            case Judgement.Unread(var digest) ->
                awaitRead(digest, caller, looks).compose(_ -> answerNow(caller, question, looks - 1));
        };
    }

    /**
     * Many questions, each answered by itself. All that has to be waited for comes first; what is judged from memory alone is judged when
     * the wait is over, so that no answer is older than the last of them. What becomes of one takes no answer away from another.
     */
    Future<List<BatchAnswer>> answerAll(Actor caller, List<Question> questions) {
        requireFresh();
        var steps = questions.stream().map(question -> begun(caller, question)).toList();
        boolean waited = !steps.stream().allMatch(Future::isComplete);
        return Future.join(steps).transform(_ -> {
            requireFresh(() -> steps.forEach(KeyVerifier::abandon));
            return Future.succeededFuture(
                    steps.stream().map(step -> ended(caller, step, waited)).toList());
        });
    }

    /** A question of a batch before the answer. */
    private sealed interface Step {

        /** From memory. */
        record Judged(Question question, Verdict verdict, Epoch at, long now) implements Step {}

        /** The primary has been asked. */
        record Asked(Question question, Settlement verdict) implements Step {}
    }

    private Future<Step> begun(Actor caller, Question question) {
        var reached = question.minEpoch() > feed.position().number()
                ? awaitPosition(question.minEpoch())
                : Future.succeededFuture(true);
        // what is thrown in here fails this question alone
        return reached.compose(_ -> looked(caller, question, LOOKS_MAX));
    }

    private Future<Step> looked(Actor caller, Question question, int looks) {
        requireFresh();
        var at = feed.position();
        long now = clock.millis();
        return switch (judge.judge(caller, question, now)) {
            case Verdict verdict ->
                asksPrimary(verdict, question)
                        ? askPrimary(verdict, question).map(settled -> new Step.Asked(question, settled))
                        : Future.succeededFuture(new Step.Judged(question, verdict, at, now));
            case Judgement.Unread(var digest) ->
                awaitRead(digest, caller, looks).compose(_ -> looked(caller, question, looks - 1));
        };
    }

    private BatchAnswer ended(Actor caller, Future<Step> step, boolean waited) {
        if (step.failed()) {
            return new Unanswered(step.cause());
        }
        return switch (step.result()) {
            case Step.Asked asked -> settled(asked.verdict(), asked.question());
            case Step.Judged judged -> waited ? judgedAgain(caller, judged) : given(judged);
        };
    }

    private static void abandon(Future<Step> step) {
        if (step.succeeded() && step.result() instanceof Step.Asked asked) {
            asked.verdict().abandon();
        }
    }

    private BatchAnswer judgedAgain(Actor caller, Step.Judged before) {
        var at = feed.position();
        long now = clock.millis();
        return switch (judge.judge(caller, before.question(), now)) {
            // a token that has become good meanwhile has not been spent: what was said of it before stands, as of then
            case Verdict verdict ->
                asksPrimary(verdict, before.question()) ? given(before) : given(verdict, before.question(), at, now);
            // forgotten meanwhile, and perhaps changed: the next question reads it again
            case Judgement.Unread _ ->
                new Unanswered(Problem.unavailable(RETRY_AFTER).asException());
        };
    }

    private Answer given(Step.Judged judged) {
        return given(judged.verdict(), judged.question(), judged.at(), judged.now());
    }

    private Answer given(Verdict verdict, Question question, Epoch at, long now) {
        var answer = verdict instanceof Verdict.Allowed allowed
                ? allowed.with(draws.draw(allowed.key(), question, now))
                : verdict;
        if (answer instanceof Verdict.Allowed allowed && !question.probe()) {
            uses.used(allowed.key(), question.address(), now);
        }
        counts.count(answer, question, now);
        return new Answer(answer, at);
    }

    /** After the last await. */
    private Answer settled(Settlement settled, Question question) {
        requireFresh(settled::abandon);
        var at = feed.position();
        var verdict = settled.verdict();
        counts.count(verdict, question, clock.millis());
        return new Answer(verdict, at);
    }

    private static boolean asksPrimary(Verdict verdict, Question question) {
        return !question.probe()
                && switch (verdict) {
                    case Verdict.Allowed allowed -> allowed.key().type() == KeyType.EPHEMERAL;
                    case Verdict.Denied denied -> mayBeReplay(denied, question);
                };
    }

    private Future<Settlement> askPrimary(Verdict verdict, Question question) {
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
            var outcome = keys.spend(entry.id(), new OrganizationId(entry.organization.id), question.useId());
            return switch (outcome) {
                case SpendOutcome.Spent spent -> spent(entry, question, spent.version());
                case SpendOutcome.Replayed(var at) -> replayed(entry, question, at);
                case SpendOutcome.AlreadyUsed _ -> refused(Reason.ALREADY_USED, entry);
                case SpendOutcome.NotSpendable(var status) ->
                    refused(status.map(KeyVerifier::reason).orElse(Reason.NOT_FOUND), entry);
            };
        });
    }

    /** The record may have changed while the use waited for its turn: then what the primary holds is judged. */
    private Settlement spent(LiveKey entry, Question question, int version) {
        var key = version == entry.version + 1 ? Optional.of(entry) : findUsed(entry);
        return key.<Settlement>map(found -> () -> noted(judge.judge(found, question), question))
                .orElseGet(() -> refused(Reason.ALREADY_USED, entry));
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

    /** Fails once it has been looked for often enough: whatever is read is forgotten at once. */
    private Future<Void> awaitRead(KeyDigest digest, Actor caller, int looks) {
        return Future.fromCompletionStage(looks == 0 ? reads.refuse() : reads.read(digest, caller), loop());
    }

    private static Context loop() {
        return Objects.requireNonNull(Vertx.currentContext(), "asked on an event loop");
    }

    private void requireFresh() {
        requireFresh(() -> {});
    }

    private void requireFresh(Runnable otherwise) {
        if (!feed.freshness().isFresh()) {
            otherwise.run();
            throw Problem.unavailable(RETRY_AFTER).asException();
        }
    }
}
