package dev.shearline.server;

import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.verify.Directory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What this node knows, how fresh it is, and how far its clock is off. */
final class NodeMeters {

    private static final double MILLIS = 1_000;

    private NodeMeters() {}

    static void register(MeterRegistry registry, FeedNode feed, Directory directory) {
        Gauge.builder("shearline_directory_keys", directory, Directory::size)
                .description("Keys in this node's directory, tombstones included")
                .register(registry);
        Gauge.builder("shearline_directory_known_keys", directory, Directory::known)
                .description("Keys that this node knows, in its directory or not, with those that have ended")
                .register(registry);
        Gauge.builder("shearline_directory_complete", directory, held -> held.isComplete() ? 1 : 0)
                .description("1 while all keys are in the directory, 0 while some are read when they are asked for")
                .register(registry);
        FunctionCounter.builder("shearline_directory_evictions", directory, Directory::evictions)
                .description("Keys that went from the directory to make room for others")
                .register(registry);
        Gauge.builder("shearline_feed_epoch", feed, node -> node.position().number())
                .description("The last change that this node has applied")
                .register(registry);
        Gauge.builder("shearline_feed_fresh", feed, node -> node.freshness().isFresh() ? 1 : 0)
                .description("1 while this node may answer, 0 while it is fenced")
                .register(registry);
        Gauge.builder(
                        "shearline_clock_offset_seconds",
                        feed,
                        node -> node.primaryClock().offset().toMillis() / MILLIS)
                .description("What must be added to this machine's clock to get the primary's")
                .register(registry);
    }
}
