package dev.shearline.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Answers from memory, in less than a microsecond, and hears of every change: a key that is revoked is refused within a second.
 *
 * <p>It asks the server once and remembers the answer under the key's SHA-256, follows the stream of changes, and forgets what a change
 * touches. What is remembered is relied upon only for {@link Builder#staleness} from the last moment at which it was proven to be complete;
 * after that the server is asked again each time, or the question is refused. It never says "allowed" on doubt. Of single-use tokens
 * and keys with limits nothing is remembered. The rules in full: spec/local-verifier.md.
 *
 * <p>One for a program is enough; any number of threads may ask it. It has two daemon threads of its own.
 */
public final class LocalVerifier implements AutoCloseable {

    /** With heartbeats each 2 s, a bound below would often be missed. */
    public static final Duration STALENESS_MIN = Duration.ofSeconds(1);

    public static final Duration STALENESS_MAX = Duration.ofMinutes(5);

    private static final Duration HEAD_INTERVAL_MAX = Duration.ofSeconds(2);
    private static final Duration SILENCE_MIN = Duration.ofSeconds(5);
    private static final Duration USAGE_INTERVAL = Duration.ofSeconds(10);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    /** What to do with a question when memory may be too old. */
    public enum WhenStale {
        /** Ask the server, each time. */
        ASK,
        /** Refuse it: what asks would fall on a server that has trouble already. */
        REFUSE
    }

    private final Http http;
    private final Clocks clocks = Clocks.SYSTEM;
    private final AnswerMemory memory;
    private final LocalAnswers answers;
    private final ChangeFollower follower;
    private final UsageReporter usage;
    private final Duration timeout;
    private final Duration silence;
    private final VerifierMetrics metrics;
    private final ScheduledThreadPoolExecutor upkeep;
    private final CountDownLatch fresh = new CountDownLatch(1);

    private LocalVerifier(Builder settings) {
        http = settings.http;
        timeout = settings.timeout;
        metrics = settings.metrics;
        silence = settings.staleness.compareTo(SILENCE_MIN) > 0 ? settings.staleness : SILENCE_MIN;
        memory = new AnswerMemory(settings.entriesMax, settings.staleness.toMillis());
        var counts = new UsageCounts();
        answers = new LocalAnswers(
                memory,
                new RemoteVerifier(http, timeout, settings.retries, clocks),
                counts,
                clocks,
                metrics,
                settings.whenStale == WhenStale.ASK,
                timeout);
        usage = new UsageReporter(counts, this::send, clocks, metrics);
        upkeep = new ScheduledThreadPoolExecutor(1, work -> {
            var thread = new Thread(work, "shearline-upkeep");
            thread.setDaemon(true);
            return thread;
        });
        follower = new ChangeFollower(
                http, memory, clocks, metrics, timeout, () -> upkeep.execute(this::askForHead), this::noteFresh);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is repeated throws nothing
    private void start(Duration staleness) {
        follower.start();
        var fifth = staleness.dividedBy(5);
        long head = Math.min(fifth.toNanos(), HEAD_INTERVAL_MAX.toNanos());
        upkeep.scheduleWithFixedDelay(this::askForHead, head, head, TimeUnit.NANOSECONDS);
        upkeep.scheduleWithFixedDelay(
                this::report, USAGE_INTERVAL.toNanos(), USAGE_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** @param key as its holder has sent it */
    public Verdict verify(String key, Requirement requirement) {
        return answers.answer(key, requirement, null);
    }

    /** @param address from where its holder comes; of the connection, or what a proxy says that you trust */
    public Verdict verify(String key, Requirement requirement, String address) {
        return answers.answer(key, requirement, address);
    }

    /**
     * The same, with everything that a question can say.
     *
     * @throws ShearlineException where the question itself is at fault, for instance a scope that is none
     */
    public Verdict verify(Question question) {
        return answers.answer(question);
    }

    /** Waits until memory may be relied upon for the first time; false when it takes longer. Until then the server is asked. */
    public boolean awaitFresh(Duration wait) throws InterruptedException {
        return fresh.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether memory may be relied upon now. */
    public boolean isFresh() {
        return memory.isFresh(clocks.nanos(), clocks.millis());
    }

    /** Answers that are remembered. */
    public int size() {
        return memory.size();
    }

    private void askForHead() {
        try {
            follower.watch(silence);
            var asked = clocks.now();
            if (!memory.wantsHead(asked)) {
                return;
            }
            var answer = http.send("GET", "/v1/changes/head", new byte[0], Map.of(), timeout);
            if (!answer.isSuccess()) {
                return;
            }
            var json = Json.read(answer);
            var at = Position.of(json.path("epoch").asLong(-1), json.path("tag").asString(""));
            if (at.isPresent()) {
                memory.take(at.get(), asked).ifPresent(doubt -> {
                    metrics.reset(doubt);
                    follower.drop();
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            // no head, no freshness: that is all that becomes of it
        }
        noteFresh();
    }

    private void noteFresh() {
        if (fresh.getCount() > 0 && isFresh()) {
            fresh.countDown();
        }
    }

    private void report() {
        try {
            usage.report();
        } catch (RuntimeException e) {
            // what was counted is kept, and reported the next time
        }
    }

    private UsageReporter.Sent send(Map<String, Object> report) {
        try {
            var answer = http.send("POST", "/v1/usage-reports", Json.write(report), Map.of(), timeout);
            boolean refused = answer.status() == 400 || answer.status() == 422;
            return answer.isSuccess()
                    ? UsageReporter.Sent.TAKEN
                    : refused ? UsageReporter.Sent.REFUSED : UsageReporter.Sent.UNANSWERED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UsageReporter.Sent.UNANSWERED;
        } catch (IOException e) {
            return UsageReporter.Sent.UNANSWERED;
        }
    }

    /** Reports what was counted, for 5 s at most, and ends. What is asked later is answered by the server. */
    @Override
    public void close() {
        follower.close();
        memory.stop();
        upkeep.shutdown();
        var last = new Thread(usage::end, "shearline-last-report");
        last.setDaemon(true);
        last.start();
        try {
            last.join(CLOSE_MAX.toMillis());
            last.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        upkeep.shutdownNow();
    }

    /** How a local verifier is to work. */
    public static final class Builder {

        private static final int ENTRIES_MAX = 100_000;
        private static final Duration STALENESS = Duration.ofSeconds(10);

        private final Http http;
        private final int retries;
        private Duration staleness = STALENESS;
        private Duration timeout;
        private WhenStale whenStale = WhenStale.ASK;
        private int entriesMax = ENTRIES_MAX;
        private VerifierMetrics metrics = VerifierMetrics.NONE;

        Builder(Http http, int retries, Duration timeout) {
            this.http = http;
            this.retries = retries;
            this.timeout = timeout;
        }

        /** How old what is remembered may be at most, 1 s to 5 min; 10 s unless said otherwise. */
        public Builder staleness(Duration bound) {
            if (bound.compareTo(STALENESS_MIN) < 0 || bound.compareTo(STALENESS_MAX) > 0) {
                throw new IllegalArgumentException("a bound is between " + STALENESS_MIN + " and " + STALENESS_MAX);
            }
            staleness = bound;
            return this;
        }

        /** For an answer of the server; that of the connection's verdicts ({@link Shearline.Builder#verifyTimeout}) unless said otherwise. */
        public Builder timeout(Duration wait) {
            timeout = wait;
            return this;
        }

        /** {@link WhenStale#ASK} unless said otherwise. */
        public Builder whenStale(WhenStale choice) {
            whenStale = choice;
            return this;
        }

        /** Answers that are remembered at most, about 0.6 kB each; 100,000 unless said otherwise. */
        public Builder entriesMax(int max) {
            if (max < 1) {
                throw new IllegalArgumentException("at least one answer is remembered");
            }
            entriesMax = max;
            return this;
        }

        public Builder metrics(VerifierMetrics to) {
            metrics = to;
            return this;
        }

        /** Begins to follow. */
        public LocalVerifier start() {
            var verifier = new LocalVerifier(this);
            verifier.start(staleness);
            return verifier;
        }
    }
}
