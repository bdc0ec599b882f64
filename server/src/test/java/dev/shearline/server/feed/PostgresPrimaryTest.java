package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.Holding;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.verify.DirectoryLooks;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PostgreSQL, and what only it can be asked. */
@Tag("storage")
class PostgresPrimaryTest extends PrimaryContract {

    private static final TestSchema SCHEMA = TestSchema.create();

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(SCHEMA.node());

    private static final String INSERT = "INSERT INTO feed_entry (id, kind) VALUES (?, 'catalog.changed')";

    @AutoClose
    private final Primary.Line line =
            new PostgresPrimary(DATABASE, new DirectoryLooks(Clock.systemUTC()).replica()).open();

    @BeforeEach
    void beginHistory() {
        SCHEMA.beginHistory();
    }

    @Test
    void trimming_waits_for_nobody_who_holds_an_old_entry() {
        number(8);
        age(0, FeedLog.KEEP.multipliedBy(2));
        try (var _ = Holding.after(SCHEMA, "SELECT 1 FROM feed_entry WHERE epoch = 2 FOR UPDATE")) {
            assertThat(line.trim()).isPositive();
        }
        line.trim();
        assertThat(oldest()).isEqualTo(line.head().number());
    }

    @Test
    void what_this_server_answers_is_on_disk_whatever_the_database_says_by_default() {
        SCHEMA.execute("ALTER DATABASE " + SCHEMA.node().database() + " SET synchronous_commit = off");
        try (var later = new NodeDatabase(SCHEMA.node());
                var dedicated = later.open()) {
            for (var handle : List.of(later.open(), dedicated)) {
                try (handle) {
                    assertThat(handle.createQuery("SHOW synchronous_commit")
                                    .mapTo(String.class)
                                    .one())
                            .isEqualTo("on");
                }
            }
        }
    }

    @Override
    Primary.Line line() {
        return line;
    }

    @Override
    UUID commit() {
        var id = UUID.randomUUID();
        SCHEMA.execute(INSERT, id);
        return id;
    }

    @Override
    UnderWay begin() {
        try {
            var connection = SCHEMA.connect();
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement(INSERT)) {
                statement.setObject(1, UUID.randomUUID());
                statement.execute();
            }
            return () -> {
                try (connection) {
                    connection.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    UnderWay holdCounter() {
        return Holding.after(SCHEMA, "SELECT epoch FROM epoch_counter FOR UPDATE")::close;
    }

    @Override
    UnderWay holdRow(NodeId id) {
        return Holding.after(SCHEMA, "SELECT 1 FROM node WHERE id = '" + id.value() + "' FOR UPDATE")::close;
    }

    @Override
    void age(long from, Duration by) {
        SCHEMA.execute(
                "UPDATE feed_entry SET at = at - make_interval(secs => ?) WHERE coalesce(epoch, ?) >= ?",
                by.toSeconds(),
                Long.MAX_VALUE,
                from);
    }

    @Override
    void lapse(NodeId id, Duration since) {
        SCHEMA.execute(
                "UPDATE node SET lease_until = clock_timestamp() - make_interval(secs => ?) WHERE id = ?",
                since.toSeconds(),
                id.value());
    }

    @Override
    Instant leaseUntil(NodeId id) {
        return Instant.ofEpochMilli(Long.parseLong(SCHEMA.query(
                "SELECT (extract(epoch FROM lease_until) * 1000)::bigint FROM node WHERE id = ?", id.value())));
    }
}
