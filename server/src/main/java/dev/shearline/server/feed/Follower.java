package dev.shearline.server.feed;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node's {@link Replica} equal to the database, and says until when the node may answer.
 *
 * <h2>A poll</h2>
 * Three calls, each its own transaction, in this order on one connection: number what is committed; renew the lease and report what is
 * applied; read the feed from the last known entry on. The order is the point. A revoker that looks at the leases sees either this
 * node's renewed lease, and waits for it; or the lapsed one, and then this poll has not read yet, and will read the revocation. Renewing
 * and reading in one statement or transaction breaks that: the snapshot is older than the commit of the renewal.
 *
 * <h2>Freshness</h2>
 * Counts from before the poll was sent, moves only when the poll has reached the head and everything it brought is applied, and does not
 * move while some entry has been waiting for its number for two seconds: it might be a revocation that nobody can see.
 *
 * <h2>Loading again</h2>
 * The first row read must be the last one known, with its tag: else history has forked, and the node stops answering at once. A changed
 * server (restart, failover) may have lost a commit that was read but never numbered, so the replica is loaded again beside the old one
 * before freshness moves. An entry of an unknown kind, written by a newer release, and a gap do the same.
 *
 * <h2>A line that is silent</h2>
 * {@link Lines} puts another one in its place, and the poll begins anew there.
 */
final class Follower implements AutoCloseable {

    static final Duration RECONNECT_PAUSE = Duration.ofMillis(200);
    static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(10);
    /** Short: a revocation waits for the polls of all nodes. */
    static final long APART_MAX_MS = 5;

    static final Duration POLL_TIMEOUT = Duration.ofSeconds(5);
    static final Duration LOAD_TIMEOUT = Duration.ofMinutes(10);
    private static final Logger log = LoggerFactory.getLogger(Follower.class);

    /** What a poll found. */
    private enum Outcome {
        AT_HEAD,
        /** It brought something, which the next poll reports. */
        NEWS,
        BEHIND,
        RELOAD
    }

    private final Lines lines;
    private final LeaseHolder lease;
    private final Freshness freshness;
    private final PrimaryClock primaryClock;
    private final FeedSettings settings;
    private final AppliedWaiters waiters = new AppliedWaiters();
    private final List<FeedListener> listeners = new CopyOnWriteArrayList<>();
    private final Threads threads;
    private final RandomGenerator random;
    private final Signal wakeUp;
    private final Pace pace;
    private volatile Threads.@Nullable Started thread;

    /** Null until the first load; then where the replica stands, and on which server it was read. */
    private volatile @Nullable Position position;

    private volatile boolean reload = true;
    private volatile boolean closed;
    private long housekeptNanos;

    Follower(
            Primary primary,
            LeaseHolder lease,
            Freshness freshness,
            PrimaryClock primaryClock,
            FeedSettings settings,
            Threads threads,
            RandomGenerator random) {
        this.lines = new Lines(primary, this::prove, threads);
        this.lease = lease;
        this.freshness = freshness;
        this.primaryClock = primaryClock;
        this.settings = settings;
        this.threads = threads;
        this.random = random;
        this.wakeUp = new Signal(threads);
        this.pace = new Pace(threads, 1, APART_MAX_MS);
        this.housekeptNanos = threads.nanos();
    }

    void start() {
        lines.start();
        thread = threads.start("shearline-follower", this::run);
    }

    void wake() {
        wakeUp.give();
    }

    void addListener(FeedListener listener) {
        listeners.add(listener);
    }

    Epoch position() {
        var current = position;
        return current == null ? Epoch.NONE : current.epoch();
    }

    AppliedWaiters waiters() {
        return waiters;
    }

    private void run() {
        while (!closed) {
            try (var line = lines.open()) {
                follow(line);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                if (lines.hasNext()) {
                    continue;
                }
                if (!closed) {
                    log.warn("cannot follow the feed now: {}", e.toString());
                    log.debug("cannot follow the feed", e);
                }
                rest(RECONNECT_PAUSE);
            }
        }
    }

    private void follow(Primary.Line line) throws InterruptedException {
        line.limit(POLL_TIMEOUT);
        var before = Outcome.RELOAD;
        while (!closed && !lines.hasNext()) {
            if (reload) {
                load(line);
            }
            pace.callBegins();
            var outcome = lines.ask(line, () -> poll(line));
            pace.callEnded();
            switch (outcome) {
                case RELOAD -> reload = true;
                case BEHIND -> {}
                case NEWS -> {
                    // what comes alone is reported at once, what comes thick and fast together
                    if (before == Outcome.NEWS) {
                        pace.await();
                    }
                }
                case AT_HEAD -> {
                    keepHouse(line);
                    rest(jittered(settings.pollInterval()));
                    pace.await();
                }
            }
            before = outcome;
        }
    }

    private void load(Primary.Line line) {
        long started = threads.nanos();
        // when no node can poll, nobody else would number what a crashed one has left
        lines.ask(line, line::number);
        line.limit(LOAD_TIMEOUT);
        var loaded = line.load();
        line.limit(POLL_TIMEOUT);
        loaded.snapshot().show();
        position = loaded.position();
        reload = false;
        log.info(
                "loaded the directory at epoch {} in {} ms",
                loaded.position().epoch().number(),
                TimeUnit.NANOSECONDS.toMillis(threads.nanos() - started));
        waiters.advance(loaded.position().epoch().number());
        listeners.forEach(listener -> listener.reset(loaded.position().epoch()));
    }

    private Outcome poll(Primary.Line line) {
        var last = java.util.Objects.requireNonNull(position);
        wakeUp.clear();
        var sent = freshness.now();
        line.number();
        var renewed = renew(line, last.epoch());
        var page = line.read(last.epoch().number());
        // before the server: a failover that has forked history must end the answers, not only load again
        if (page.entries().isEmpty() || !page.entries().getFirst().epoch().equals(last.epoch())) {
            log.error(
                    "history has forked at epoch {}: not answering until everything is loaded again",
                    last.epoch().number());
            freshness.end();
            return Outcome.RELOAD;
        }
        if (!page.server().equals(last.server()) || !renewed.server().equals(last.server())) {
            log.warn("the database server has changed: loading the directory again");
            return Outcome.RELOAD;
        }
        var news = page.entries().subList(1, page.entries().size());
        if (!canApply(news, last.epoch().number())) {
            return Outcome.RELOAD;
        }
        apply(line, news, last);
        if (news.size() == FeedLog.BATCH_MAX) {
            return Outcome.BEHIND;
        }
        if (!page.numbersLate()) {
            freshness.extend(sent, settings.maxStaleness());
        }
        // what was applied is reported by the next poll's renewal
        return news.isEmpty() ? Outcome.AT_HEAD : Outcome.NEWS;
    }

    private Nodes.Renewed renew(Primary.Line line, Epoch applied) {
        long sentMillis = primaryClock.wallMillis();
        var renewed = lease.renew(line, applied);
        primaryClock.measured(renewed.primaryNow(), sentMillis, primaryClock.wallMillis());
        return renewed;
    }

    /**
     * A line is as good as the one it is to replace if the lease is renewed on it: that is a commit, which an old primary without its standby
     * cannot give. What is not loaded yet has no lease to renew.
     */
    private void prove(Primary.Line line) {
        var current = position;
        if (current == null) {
            line.number();
        } else {
            line.renew(lease.id(), settings, current.epoch());
        }
    }

    private static boolean canApply(List<FeedEntry> news, long from) {
        long expected = from;
        for (var entry : news) {
            expected++;
            if (entry.epoch().number() != expected || entry.kind().isEmpty()) {
                log.warn("entry {} is a gap or of a newer release: loading the directory again", expected);
                return false;
            }
        }
        return true;
    }

    private void apply(Primary.Line line, List<FeedEntry> news, Position last) {
        if (news.isEmpty()) {
            return;
        }
        line.apply(news);
        var head = news.getLast().epoch();
        position = last.at(head);
        waiters.advance(head.number());
        listeners.forEach(listener -> listener.applied(news));
    }

    private void keepHouse(Primary.Line line) {
        if (threads.nanos() - housekeptNanos > HOUSEKEEPING_INTERVAL.toNanos()) {
            housekeptNanos = threads.nanos();
            lines.ask(line, line::forgetLapsed);
            lines.ask(line, line::trim);
        }
    }

    private void rest(Duration pause) {
        try {
            wakeUp.await(pause.toNanos());
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** Between half and the whole of it, so that nodes do not poll in step. */
    private Duration jittered(Duration interval) {
        return Duration.ofNanos(interval.toNanos() / 2 + random.nextLong(interval.toNanos() / 2 + 1));
    }

    /** Stops following; the lease stays until {@link LeaseHolder#release}. */
    @Override
    public void close() {
        closed = true;
        freshness.close();
        var running = thread;
        if (running == null) {
            return;
        }
        running.interrupt();
        wake();
        try {
            running.join(POLL_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lines.close();
    }
}
