package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.limits.Limited.Level;
import dev.shearline.server.limits.Limits.Use;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.Wire;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that keep what was used of quotas in one database; each life is a process. */
@Tag("storage")
class QuotaLedgerTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static FeedRig rig;

    /** Long before any period ends, so that none that the test is about is over for the database. */
    private Instant now = Instant.parse("2100-01-10T12:00:00Z");

    @BeforeAll
    static void start() {
        rig = FeedRig.start(1);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private final class Life {
        private final Limits limits = new Limits(() -> 0, Settings.WithoutValkey.LOCAL);
        private final String source = "life" + NUMBERS.incrementAndGet();
        private final NodeDatabase database;
        private final QuotaLedger ledger;

        Life() {
            this(rig.node(0).database());
        }

        Life(NodeDatabase database) {
            this.database = database;
            ledger = new QuotaLedger(database, limits, source);
            load();
        }

        void load() {
            var _ = database.call(handle -> {
                ledger.load(handle);
                return true;
            });
        }

        long batches() {
            return Long.parseLong(rig.schema().query("SELECT batch FROM quota_writer WHERE source = ?", source));
        }

        boolean take(Limited limited, long cost) {
            return draw(limited, cost, false).granted();
        }

        Draw draw(Limited limited, long cost, boolean test) {
            return Objects.requireNonNull(
                    limits.draw(limited, null, null, new Use(test, cost, false, now.toEpochMilli())));
        }
    }

    private static String id() {
        return "key_ledger" + NUMBERS.incrementAndGet();
    }

    private static Limited limited(String id, String words) {
        return new Limited(id, Level.KEY, LimitSet.ofWire(words));
    }

    @Test
    void a_new_life_goes_on_with_what_was_used_in_the_one_before() {
        var month = id();
        var once = id();
        var first = new Life();
        assertThat(first.take(limited(month, "quota/10/month"), 7)).isTrue();
        assertThat(first.take(limited(once, "quota/10/none"), 10)).isTrue();
        first.ledger.close();
        var second = new Life();
        assertThat(second.take(limited(month, "quota/10/month"), 4)).isFalse();
        assertThat(second.take(limited(month, "quota/10/month"), 3)).isTrue();
        assertThat(second.take(limited(once, "quota/10/none"), 1)).isFalse();
    }

    @Test
    void a_new_period_begins_anew_and_so_does_another_refill() {
        var id = id();
        var first = new Life();
        first.take(limited(id, "quota/10/day"), 10);
        first.ledger.exchange();
        assertThat(new Life().take(limited(id, "quota/10/month"), 10)).isTrue();
        now = now.plus(Duration.ofDays(1));
        var second = new Life();
        assertThat(second.take(limited(id, "quota/10/day"), 6)).isTrue();
        second.ledger.exchange();
        assertThat(first.take(limited(id, "quota/10/day"), 4)).isTrue();
        first.ledger.exchange();
        assertThat(first.take(limited(id, "quota/10/day"), 1)).isFalse();
    }

    @Test
    void nodes_add_up_what_they_grant() {
        var id = id();
        var one = new Life();
        var other = new Life();
        assertThat(one.take(limited(id, "quota/10/none"), 6)).isTrue();
        assertThat(other.take(limited(id, "quota/10/none"), 3)).isTrue();
        one.ledger.exchange();
        other.ledger.exchange();
        assertThat(other.take(limited(id, "quota/10/none"), 2)).isFalse();
        assertThat(other.take(limited(id, "quota/10/none"), 1)).isTrue();
        other.ledger.exchange();
        one.ledger.exchange();
        assertThat(one.take(limited(id, "quota/10/none"), 1)).isFalse();
    }

    @Test
    void a_node_hears_of_what_it_has_not_used_itself() {
        var id = id();
        var one = new Life();
        var other = new Life();
        other.take(limited(id, "quota/10/none"), 10);
        other.ledger.exchange();
        one.ledger.exchange();
        assertThat(one.take(limited(id, "quota/10/none"), 1)).isFalse();
    }

    @Test
    void what_is_written_while_others_are_still_writing_is_heard_later() throws SQLException {
        var id = id();
        var one = new Life();
        try (var slow = rig.schema().connect();
                var statement = slow.createStatement()) {
            slow.setAutoCommit(false);
            statement.execute("INSERT INTO quota_use (id, test, refill, ends_at, used) VALUES ('" + id
                    + "', false, 'none', 'infinity', 10)");
            one.ledger.exchange();
            one.take(limited(id(), "quota/10/none"), 10);
            one.ledger.exchange();
            slow.commit();
        }
        one.ledger.exchange();
        assertThat(one.take(limited(id, "quota/10/none"), 1)).isFalse();
    }

    @Test
    void a_change_of_limits_counts_nothing_twice() {
        var id = id();
        var life = new Life();
        life.take(limited(id, "quota/100/none"), 10);
        life.take(limited(id, "quota/200/none"), 10);
        life.take(limited(id, "quota/200/none 1000/day"), 10);
        life.ledger.exchange();
        assertUsed(id, 30);
        assertThat(life.take(limited(id, "quota/50/none"), 21)).isFalse();
        assertThat(life.take(limited(id, "quota/50/none"), 20)).isTrue();
    }

    @Test
    void a_quota_that_was_lifted_and_set_again_goes_on() {
        var id = id();
        var life = new Life();
        life.take(limited(id, "quota/10/none"), 8);
        life.ledger.exchange();
        life.take(limited(id, "1000/day"), 1);
        assertThat(life.take(limited(id, "quota/10/none"), 3)).isFalse();
        assertThat(life.take(limited(id, "quota/10/none"), 2)).isTrue();
        life.ledger.exchange();
        assertUsed(id, 10);
    }

    @Test
    void refills_of_one_key_are_counted_apart() {
        var id = id();
        var life = new Life();
        life.take(limited(id, "quota/10/month"), 6);
        life.take(limited(id, "quota/10/none"), 3);
        life.ledger.exchange();
        var next = new Life();
        assertThat(next.take(limited(id, "quota/10/month"), 5)).isFalse();
        assertThat(next.take(limited(id, "quota/10/none"), 7)).isTrue();
    }

    @Test
    void what_was_written_without_an_answer_counts_once() {
        var id = id();
        try (var wire = Wire.to(rig.schema().node().port(), true);
                var database = new NodeDatabase(throughWire(wire))) {
            var life = new Life(database);
            life.take(limited(id, "quota/100/none"), 10);
            wire.loseAnswer("INSERT", "quota_writer");
            life.ledger.exchange();
            assertUsed(id, 10);
            life.take(limited(id, "quota/100/none"), 5);
            life.ledger.exchange();
            assertUsed(id, 10);
            wire.join();
            Eventually.isTrue("it is written", () -> {
                life.ledger.exchange();
                return used(id) != 10;
            });
            assertUsed(id, 15);
            assertThat(life.take(limited(id, "quota/100/none"), 86)).isFalse();
            assertThat(life.take(limited(id, "quota/100/none"), 85)).isTrue();
        }
    }

    private static DatabaseAddress throughWire(Wire wire) {
        var at = rig.schema().node();
        return new DatabaseAddress(at.host(), wire.port(), at.database(), at.user(), at.password());
    }

    private static long used(String id) {
        return Long.parseLong(rig.schema().query("SELECT sum(used) FROM quota_use WHERE id = ?", id));
    }

    private static void assertUsed(String id, long used) {
        assertThat(used(id)).isEqualTo(used);
    }

    @Test
    void under_load_each_round_writes_once() throws InterruptedException {
        var life = new Life();
        var key = limited(id(), "quota/1000000000/none");
        var stopped = new AtomicBoolean();
        var user = Thread.ofPlatform().start(() -> {
            while (!stopped.get()) {
                life.take(key, 1);
            }
        });
        life.take(key, 1);
        for (int round = 0; round < 3; round++) {
            life.ledger.exchange();
        }
        assertThat(life.batches()).isLessThanOrEqualTo(3);
        stopped.set(true);
        user.join();
        life.ledger.close();
        assertThat(life.limits.unwritten()).isEmpty();
    }

    @Test
    void a_node_that_reads_all_again_believes_the_database() {
        var id = id();
        var life = new Life();
        life.take(limited(id, "quota/10/none"), 9);
        life.ledger.exchange();
        // as of a backup: no later than what is known
        rig.schema().execute("UPDATE quota_use SET used = 4, written = '1' WHERE id = ?", id);
        life.load();
        assertThat(life.take(limited(id, "quota/10/none"), 6)).isTrue();
    }

    @Test
    void what_is_over_and_what_nobody_can_use_again_is_removed() {
        var schema = rig.schema();
        var key = rig.insertKey().id().toString();
        var revoked = rig.insertKey();
        var gone = revoked.id().toString();
        rig.revoke(0, revoked);
        for (var id : List.of(key, gone, FeedRig.ACME.value(), "mem_nobody")) {
            schema.execute(
                    "INSERT INTO quota_use (id, test, refill, ends_at, used) VALUES (?, false, 'none', 'infinity', 1)",
                    id);
        }
        schema.execute(
                "INSERT INTO quota_use (id, test, refill, ends_at, used)"
                        + " VALUES ('key_over', false, 'day', now() - interval '2 days', 1), ('key_over', false, 'month', now(), 1)");
        var life = new Life();
        life.ledger.sweep();
        assertThat(schema.query(
                        "SELECT string_agg(id || ' ' || refill, ', ' ORDER BY id) FROM quota_use WHERE used = 1"))
                .contains(key + " none")
                .contains(FeedRig.ACME.value() + " none")
                .contains("key_over month")
                .doesNotContain("key_over day")
                .doesNotContain(gone)
                .doesNotContain("mem_nobody");
    }

    @Test
    void what_is_given_back_is_taken_off_again() {
        var id = id();
        var life = new Life();
        var draw = life.draw(limited(id, "quota/10/none"), 10, false);
        life.ledger.exchange();
        draw.giveBack();
        life.ledger.exchange();
        assertThat(new Life().take(limited(id, "quota/10/none"), 10)).isTrue();
    }

    @Test
    void tests_are_kept_apart() {
        var id = id();
        var life = new Life();
        life.draw(limited(id, "quota/10/none"), 10, true);
        life.ledger.close();
        assertThat(new Life().take(limited(id, "quota/10/none"), 10)).isTrue();
    }
}
