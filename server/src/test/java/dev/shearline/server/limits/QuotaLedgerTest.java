package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.limits.Limited.Level;
import dev.shearline.server.limits.Limits.Use;
import dev.shearline.server.testing.FeedRig;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
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

    private Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);

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
        private final QuotaLedger ledger = new QuotaLedger(rig.node(0).database(), limits);

        Life() {
            rig.node(0).database().call(handle -> {
                ledger.load(handle);
                return true;
            });
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
        first.ledger.write();
        assertThat(new Life().take(limited(id, "quota/10/month"), 10)).isTrue();
        now = now.plus(Duration.ofDays(1));
        var second = new Life();
        assertThat(second.take(limited(id, "quota/10/day"), 6)).isTrue();
        second.ledger.write();
        assertThat(first.take(limited(id, "quota/10/day"), 4)).isTrue();
        first.ledger.write();
        assertThat(first.take(limited(id, "quota/10/day"), 1)).isFalse();
    }

    @Test
    void nodes_add_up_what_they_grant() {
        var id = id();
        var one = new Life();
        var other = new Life();
        assertThat(one.take(limited(id, "quota/10/none"), 6)).isTrue();
        assertThat(other.take(limited(id, "quota/10/none"), 3)).isTrue();
        one.ledger.write();
        other.ledger.write();
        assertThat(other.take(limited(id, "quota/10/none"), 2)).isFalse();
        assertThat(other.take(limited(id, "quota/10/none"), 1)).isTrue();
        other.ledger.write();
        assertThat(one.take(limited(id, "quota/10/none"), 1))
                .as("has not heard of it")
                .isTrue();
        one.ledger.write();
        assertThat(one.take(limited(id, "quota/10/none"), 1)).isFalse();
    }

    @Test
    void what_is_given_back_is_taken_off_again() {
        var id = id();
        var life = new Life();
        var draw = life.draw(limited(id, "quota/10/none"), 10, false);
        life.ledger.write();
        draw.giveBack();
        life.ledger.write();
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
