package dev.shearline.server;

import dev.shearline.server.db.DatabaseHealth;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.ops.Health;
import dev.shearline.server.ops.HealthCheck;
import dev.shearline.server.verify.Directory;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What readiness asks: the database, its schema, and whether this node follows it closely enough to answer. */
final class NodeHealth {

    private final NodeDatabase database;
    private final FeedNode feed;
    private final Directory directory;
    private final BooleanSupplier stopping;

    NodeHealth(NodeDatabase database, FeedNode feed, Directory directory, BooleanSupplier stopping) {
        this.database = database;
        this.feed = feed;
        this.directory = directory;
        this.stopping = stopping;
    }

    List<HealthCheck> checks() {
        return List.of(
                new HealthCheck("node", this::node),
                new HealthCheck("database", this::database),
                new HealthCheck("migrations", this::migrations),
                new HealthCheck("feed", this::feed),
                new HealthCheck("directory", this::directory),
                new HealthCheck("clock", this::clock));
    }

    private Health node() {
        return stopping.getAsBoolean() ? new Health.NotReady("is stopping") : new Health.Ready("runs");
    }

    private Health database() {
        try {
            return new Health.Ready("answers as "
                    + database.call(handle -> handle.createQuery("SELECT current_user")
                            .mapTo(String.class)
                            .one()));
        } catch (DatabaseUnavailableException e) {
            return new Health.NotReady("does not answer");
        }
    }

    private Health migrations() {
        try {
            var schema = DatabaseHealth.schema(database);
            return schema.findFault()
                    .<Health>map(Health.NotReady::new)
                    .orElseGet(() -> new Health.Ready("version " + schema.applied()));
        } catch (DatabaseUnavailableException e) {
            return new Health.NotReady("the database does not answer");
        }
    }

    private Health feed() {
        var at = "at epoch " + feed.position().number();
        var lag = feed.freshness().lag().map(Duration::toMillis);
        if (feed.freshness().isFresh()) {
            return new Health.Ready(
                    at + lag.map(millis -> ", as of " + millis + " ms ago").orElse(""));
        }
        return new Health.NotReady(at
                + lag.map(millis -> ", not in touch with the primary for " + millis + " ms")
                        .orElse(", and has not reached the head yet"));
    }

    /** More keys than there is room for make a node slower, not unfit. */
    private Health directory() {
        return new Health.Ready(
                directory.isComplete()
                        ? "holds all of " + directory.size() + " keys"
                        : "holds " + directory.size() + " of " + directory.known()
                                + " keys, ended ones included, and reads the others from the database:"
                                + " raise directory.max-keys, and the heap with it");
    }

    private Health clock() {
        var ahead = feed.primaryClock().ahead();
        if (ahead.compareTo(PrimaryClock.WARN_OFFSET) > 0) {
            return new Health.NotReady("stands still, " + ahead.toMillis()
                    + " ms ahead of the primary's clock: this machine's clock was set forward and back");
        }
        var offset = feed.primaryClock().offset();
        var words = offset.toMillis() + " ms from the primary's clock";
        var advice = words + ": set this machine's clock by NTP";
        if (offset.abs().compareTo(PrimaryClock.UNREADY_OFFSET) > 0) {
            return new Health.NotReady(advice);
        }
        return new Health.Ready(offset.abs().compareTo(PrimaryClock.WARN_OFFSET) > 0 ? advice : words);
    }
}
