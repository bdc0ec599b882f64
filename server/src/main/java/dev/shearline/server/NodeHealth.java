package dev.shearline.server;

import dev.shearline.server.db.DatabaseHealth;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.ops.Health;
import dev.shearline.server.ops.HealthCheck;
import java.util.List;

/** What readiness asks: the database, its schema, and whether this node follows it closely enough to answer. */
final class NodeHealth {

    private final NodeDatabase database;
    private final FeedNode feed;

    NodeHealth(NodeDatabase database, FeedNode feed) {
        this.database = database;
        this.feed = feed;
    }

    List<HealthCheck> checks() {
        return List.of(
                new HealthCheck("database", this::database),
                new HealthCheck("migrations", this::migrations),
                new HealthCheck("feed", this::feed),
                new HealthCheck("clock", this::clock));
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
        var position = feed.position();
        return feed.freshness().isFresh()
                ? new Health.Ready("at epoch " + position.number())
                : new Health.NotReady("not in touch with the primary, at epoch " + position.number());
    }

    private Health clock() {
        var offset = feed.primaryClock().offset();
        var words = offset.toMillis() + " ms from the primary's clock";
        return offset.abs().compareTo(PrimaryClock.UNREADY_OFFSET) > 0
                ? new Health.NotReady(words + ": set this machine's clock by NTP")
                : new Health.Ready(words);
    }
}
