package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.Migrations;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.feed.Position;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.ops.Health;
import dev.shearline.server.ops.HealthCheck;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.verify.Directory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class NodeHealthTest {

    @TempDir
    Path directory;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private TestSchema schema;
    private NodeDatabase database;

    @BeforeEach
    void open() {
        schema = TestSchema.create();
        database = new NodeDatabase(schema.node());
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_schema_that_is_older_than_the_release_is_to_be_migrated() {
        try (var feed = feed(Duration.ZERO)) {
            assertThat(ask(feed, "migrations")).isEqualTo(new Health.Ready("version " + Migrations.SCHEMA_VERSION));
            schema.execute("DELETE FROM flyway_schema_history WHERE version = ?", "" + Migrations.SCHEMA_VERSION);
            assertThat(ask(feed, "migrations"))
                    .isInstanceOf(Health.NotReady.class)
                    .extracting(Health::detail)
                    .asString()
                    .contains("this release needs " + Migrations.SCHEMA_VERSION)
                    .contains("run shearline migrate");
        }
    }

    @Test
    void a_schema_that_has_left_the_release_behind_needs_a_newer_node() {
        try (var feed = feed(Duration.ZERO)) {
            int next = Migrations.SCHEMA_VERSION + 1;
            schema.execute("UPDATE schema_compatibility SET min_version = " + next);
            assertThat(ask(feed, "migrations"))
                    .isEqualTo(new Health.NotReady("the schema needs release " + next + " or later: update this node"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-2_500, 2_500})
    void a_clock_that_is_off_is_warned_of_and_still_ready(long millis) {
        try (var log = CapturedLog.of(PrimaryClock.class);
                var feed = feed(Duration.ofMillis(millis))) {
            feed.start();
            log.await("set it by NTP");
            var health = ask(feed, "clock");
            assertThat(health).isInstanceOf(Health.Ready.class);
            assertThat(health.detail()).contains("set this machine's clock by NTP");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-30_000, 30_000})
    void a_clock_that_is_far_off_is_not_ready(long millis) {
        try (var feed = feed(Duration.ofMillis(millis))) {
            assertThat(ask(feed, "clock")).isEqualTo(new Health.Ready("0 ms from the primary's clock"));
            feed.start();
            Eventually.isTrue("it is measured", () -> ask(feed, "clock") instanceof Health.NotReady);
            assertThat(ask(feed, "clock").detail()).contains("set this machine's clock by NTP");
        }
    }

    @Test
    void a_directory_that_does_not_hold_all_keys_says_so_and_is_still_ready() {
        try (var rig = FeedRig.start(schema, 0, settings -> settings);
                var feed = feed(Duration.ZERO)) {
            var small = new Directory(feed.primaryClock(), 1);
            rig.insertKey();
            load(small);
            assertThat(ask(feed, small, "directory")).isEqualTo(new Health.Ready("holds all of 1 keys"));
            rig.insertKey();
            load(small);
            assertThat(ask(feed, small, "directory"))
                    .isEqualTo(new Health.Ready(
                            "holds 1 of 2 keys, ended ones included, and reads the others from the database:"
                                    + " raise directory.max-keys, and the heap with it"));
        }
    }

    private void load(Directory directory) {
        database.call(handle -> {
            directory.load(handle, Position.head(handle)).show();
            return true;
        });
    }

    @Test
    void a_node_that_follows_says_how_old_what_it_knows_is_and_one_that_does_not_since_when() {
        try (var feed = feed(Duration.ZERO, Duration.ofSeconds(1))) {
            assertThat(ask(feed, "feed"))
                    .isEqualTo(new Health.NotReady("at epoch 0, and has not reached the head yet"));
            feed.start();
            assertThat(awaited(feed, Health.Ready.class)).matches("at epoch 1, as of \\d+ ms ago");
            schema.execute("ALTER TABLE node RENAME TO node_away");
            assertThat(awaited(feed, Health.NotReady.class))
                    .matches("at epoch 1, not in touch with the primary for \\d{4,} ms");
            schema.execute("ALTER TABLE node_away RENAME TO node");
            assertThat(awaited(feed, Health.Ready.class)).startsWith("at epoch 1, as of ");
        }
    }

    private String awaited(FeedNode feed, Class<? extends Health> kind) {
        var seen = new AtomicReference<>(ask(feed, "feed"));
        Eventually.isTrue(
                "the feed is " + kind.getSimpleName(),
                () -> kind.isInstance(seen.updateAndGet(_ -> ask(feed, "feed"))));
        return seen.get().detail();
    }

    @Test
    void a_node_that_is_stopping_is_not_ready() {
        try (var feed = feed(Duration.ZERO)) {
            assertThat(ask(feed, "node")).isEqualTo(new Health.Ready("runs"));
            stopping.set(true);
            assertThat(ask(feed, "node")).isEqualTo(new Health.NotReady("is stopping"));
        }
    }

    /** Of a machine whose clock is ahead by so much. */
    private FeedNode feed(Duration ahead) {
        return feed(ahead, Duration.ofSeconds(10));
    }

    private FeedNode feed(Duration ahead, Duration staleness) {
        var wall = Clock.offset(Clock.systemUTC(), ahead);
        var clock = new PrimaryClock(wall);
        var settings = new FeedSettings(staleness, Duration.ofMillis(50), true, directory, "test", () -> "127.0.0.1:0");
        return new FeedNode(
                database,
                new Directory(clock, Long.MAX_VALUE),
                clock,
                new Clocks(wall, System::nanoTime),
                settings,
                new SecureRandom());
    }

    private Health ask(FeedNode feed, String name) {
        return ask(feed, new Directory(feed.primaryClock(), Long.MAX_VALUE), name);
    }

    private Health ask(FeedNode feed, Directory held, String name) {
        return new NodeHealth(database, feed, held, stopping::get)
                .checks().stream()
                        .filter(check -> check.name().equals(name))
                        .map(HealthCheck::question)
                        .findFirst()
                        .orElseThrow()
                        .get();
    }
}
