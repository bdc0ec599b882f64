package dev.shearline.server.feed;

import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.verify.Directory;
import dev.shearline.server.verify.DirectoryLooks;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A place where one process of a node runs after the other: real feed, real directory, modelled database, clocks of its own. */
final class SimulatedNode extends VirtualTime.Host {

    /**
     * One process from its start to its end.
     *
     * @param primary over which the feed and what a node reads reach the database
     * @param management over which it makes changes
     * @param revoked the keys that it has known as revoked
     */
    record Run(FeedNode feed, Directory directory, ModelPrimary primary, ModelPrimary management, BitSet revoked) {}

    private final Simulation simulation;
    private final VirtualTime time;
    private final int nth;
    private final List<NodeId> dead = new ArrayList<>();
    private @Nullable Run run;
    /** Of the machine; the second is how long the clock that only runs has stood still. */
    private long wallOffsetMillis;

    private long stoodStillNanos;
    /** A machine sleeps or has its clock set, not both: with both it is as if all its clocks had stood still, which nobody notices. */
    private final boolean sleeps;

    /** While an old primary still answers, whether this node finds it now and then. */
    private boolean findsOldPrimary;

    SimulatedNode(Simulation simulation, VirtualTime time, int nth) {
        this.simulation = simulation;
        this.time = time;
        this.nth = nth;
        sleeps = time.random.nextBoolean();
        wallOffsetMillis = time.random.nextInt(1_600) - 800L;
    }

    @Nullable
    Run run() {
        return run;
    }

    boolean sleeps() {
        return sleeps;
    }

    @Override
    public String toString() {
        return "node " + nth;
    }

    boolean isFrozen() {
        return frozenUntil > time.now();
    }

    /** Whether a verification that arrives now is answered. */
    boolean answers() {
        return run != null && !isFrozen() && run.feed.freshness().isFresh();
    }

    /** Such as {@code active 3}. */
    String shows(int key) {
        return run == null ? "down" : DirectoryLooks.show(run.directory, ModelKeys.digest(key));
    }

    private long nanos() {
        return time.now() - stoodStillNanos;
    }

    void findsOldPrimary(boolean finds) {
        findsOldPrimary = finds;
    }

    boolean findsOldPrimary() {
        return findsOldPrimary;
    }

    // its life --------------------------------------------------------------------------------------------------------

    void start() {
        var clocks = new Clocks(new Wall(), this::nanos);
        var primaryClock = new PrimaryClock(clocks.wall());
        var directory = new Directory(primaryClock, Long.MAX_VALUE);
        var primary = simulation.primaryFor(this, directory);
        var settings = simulation.settings();
        var feed = new FeedNode(
                primary,
                new Files(),
                time.threads(this, this::nanos),
                simulation.flaw() == Flaw.FRESH_FROM_AFTER ? new FreshFromAfter(clocks) : new Freshness(clocks),
                primaryClock,
                settings,
                time.random);
        if (simulation.flaw() == Flaw.JOINS_WITHOUT_A_POLL) {
            feed.addListener(new FreshOnceLoaded(feed.freshness(), settings.maxStaleness()));
        }
        directory.onResurrected(back -> time.start(this, () -> disableAgain(back)));
        run = new Run(feed, directory, primary, simulation.primaryFor(this, directory), new BitSet());
        feed.start();
    }

    /** kill -9, or the power goes. */
    void crash() {
        run = null;
        frozenUntil = 0;
        time.kill(this);
    }

    /** As ForkedHistory does it. */
    private void disableAgain(List<Directory.Resurrected> back) {
        var left = new ArrayList<>(back);
        while (!left.isEmpty()) {
            left.removeIf(key -> {
                var running = run;
                return running != null && isDisabledAgain(running, key);
            });
            time.pass(TimeUnit.SECONDS.toNanos(1));
        }
    }

    private static boolean isDisabledAgain(Run running, Directory.Resurrected back) {
        try {
            int key = (int) back.key().high() - 1;
            var _ = running.management().change(key, ChangeKind.KEY_DISABLED, KeyChanges.disableForked(back.deadAt()));
            return true;
        } catch (DatabaseUnavailableException e) {
            return false;
        }
    }

    /** As it is told to stop: answers no more, ends what it does, gives its lease back. */
    void leave(Consumer<SimulatedNode> then) {
        var leaving = run;
        time.start(this, () -> {
            if (leaving != null && leaving.equals(run)) {
                leaving.feed.leave();
                time.pass(TimeUnit.MILLISECONDS.toNanos(time.random.nextInt(500)));
                leaving.feed.close();
                run = null;
                then.accept(this);
            }
        });
    }

    /** SIGSTOP: both clocks go on. Asleep: the one that only runs stands still. */
    void freeze(long nanos, boolean asleep) {
        frozenUntil = time.now() + nanos;
        if (asleep) {
            // at once: nobody looks at it before it is awake
            stoodStillNanos += nanos;
        }
        // before any of its threads goes on
        time.after(nanos, this::stepped);
    }

    void setClock(long byMillis) {
        wallOffsetMillis += byMillis;
        stepped();
    }

    @Override
    void stepped() {
        simulation.check(this);
    }

    // what it is given ------------------------------------------------------------------------------------------------

    private final class Wall extends Clock {

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long millis() {
            return ModelServer.EPOCH_MILLIS + wallOffsetMillis + TimeUnit.NANOSECONDS.toMillis(time.now());
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }
    }

    /** Who has run here before is dead for certain: processes of one place follow each other. */
    private final class Files implements IdFiles {

        private final List<NodeId> own = new ArrayList<>();

        @Override
        public void hold(NodeId id) {
            own.add(id);
            if (simulation.chance(0.9)) {
                // else the file gets lost
                dead.add(id);
            }
        }

        @Override
        public List<NodeId> findDead() {
            return dead.stream().filter(id -> !own.contains(id)).toList();
        }

        @Override
        public void forget(List<NodeId> forgotten) {
            dead.removeAll(forgotten);
        }

        @Override
        public void release() {
            dead.removeAll(own);
        }
    }

    private static final class FreshFromAfter extends Freshness {

        FreshFromAfter(Clocks clocks) {
            super(clocks);
        }

        @Override
        void extend(Moment sent, Duration staleness) {
            super.extend(now(), staleness);
        }
    }

    private record FreshOnceLoaded(Freshness freshness, Duration staleness) implements FeedListener {

        @Override
        public void applied(List<FeedEntry> entries) {}

        @Override
        public void reset(Epoch position) {
            freshness.extend(freshness.now(), staleness);
        }
    }

    static FeedSettings settings(Duration staleness, Duration poll, boolean wakeUp) {
        return new FeedSettings(staleness, poll, wakeUp, Path.of("unused"), "model", () -> "model");
    }
}
