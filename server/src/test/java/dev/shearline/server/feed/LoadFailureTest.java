package dev.shearline.server.feed;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.TestSchema;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("storage")
class LoadFailureTest {

    @TempDir
    Path directory;

    @Test
    void what_has_ended_a_load_is_logged_also_when_the_connection_has_gone_with_it() {
        var clock = new PrimaryClock(Clock.systemUTC());
        var settings = new FeedSettings(
                Duration.ofSeconds(10), Duration.ofMillis(250), false, directory, "test", () -> "127.0.0.1:0");
        try (var log = CapturedLog.of(Follower.class);
                var database = new NodeDatabase(TestSchema.create().node());
                var feed =
                        new FeedNode(database, new Failing(), clock, Clocks.system(), settings, new SecureRandom())) {
            feed.start();
            log.await("a row that nobody can read");
        }
    }

    private static final class Failing implements Replica {

        @Override
        public Snapshot load(Handle snapshot, Position at) {
            try {
                snapshot.getConnection().abort(Runnable::run);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            throw new IllegalStateException("a row that nobody can read");
        }

        @Override
        public void apply(List<FeedEntry> entries, Handle handle) {}
    }
}
