package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.Actor;
import dev.shearline.token.KeyDigest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
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
    /** How often a key is looked for that has to be read first. */
    static final int LOOKS_MAX = 4;

    /** What became of a question in a batch. */
    sealed interface BatchAnswer {}

    /** A verdict, the position of the feed from which it was given, and when. */
    record Answer(Verdict verdict, Epoch at, long now) implements BatchAnswer {}

    /** There is no verdict, because of this. */
    record Unanswered(Throwable cause) implements BatchAnswer {}

    private final Judge judge;
    private final FeedNode feed;
    private final SingleUse singleUse;
    private final Draws draws;
    private final KeyUses uses;
    private final ReadThrough reads;
    private final UsageCounts counts;
    private final InstantSource clock;

    KeyVerifier(
            Judge judge,
            FeedNode feed,
            SingleUse singleUse,
            Draws draws,
            KeyUses uses,
            ReadThrough reads,
            UsageCounts counts,
            InstantSource clock) {
        this.judge = judge;
        this.feed = feed;
        this.singleUse = singleUse;
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
                SingleUse.concerns(verdict, question)
                        ? singleUse.settle(verdict, question).map(settled -> settled(settled, question))
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
                SingleUse.concerns(verdict, question)
                        ? singleUse.settle(verdict, question).map(settled -> new Step.Asked(question, settled))
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
                SingleUse.concerns(verdict, before.question())
                        ? given(before)
                        : given(verdict, before.question(), at, now);
            // forgotten meanwhile, and perhaps changed: the next question reads it again
            case Judgement.Unread _ ->
                new Unanswered(Problem.unavailable(RETRY_AFTER).asException());
        };
    }

    private Answer given(Step.Judged judged) {
        return given(judged.verdict(), judged.question(), judged.at(), judged.now());
    }

    private Answer given(Verdict verdict, Question question, Epoch at, long now) {
        if (question.leavesUnspent(verdict)) {
            return new Answer(verdict, at, now);
        }
        var answer = verdict instanceof Verdict.Allowed allowed
                ? allowed.with(draws.draw(allowed.key(), question, now))
                : verdict;
        if (answer instanceof Verdict.Allowed allowed && !question.probe()) {
            uses.used(allowed.key(), question.address(), now);
        }
        counts.count(answer, question, now);
        return new Answer(answer, at, now);
    }

    /** After the last await. */
    private Answer settled(Settlement settled, Question question) {
        requireFresh(settled::abandon);
        var at = feed.position();
        var verdict = settled.verdict();
        long now = clock.millis();
        if (settled.isCounted()) {
            counts.noteCaller(verdict, question, now);
        } else {
            counts.count(verdict, question, now);
        }
        return new Answer(verdict, at, now);
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

    static Context loop() {
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
