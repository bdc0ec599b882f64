package dev.shearline.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.Settings.WithoutValkey;
import dev.shearline.server.limits.Limited.Level;
import dev.shearline.server.limits.Limits.Use;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.ValkeyProcess;
import dev.shearline.token.Secret;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes and a real Valkey, or the Redis that Debian has. */
class SharedRatesTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int ATTEMPTS = 5;
    private static final int DATABASE = 3;
    private static final String PASSWORD = "a-pass" + "word";

    private final List<Node> nodes = new ArrayList<>();
    private Vertx vertx;
    private ValkeyProcess valkey;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        valkey = ValkeyProcess.start(PASSWORD);
        valkey.awaitReady();
    }

    @AfterEach
    void stop() {
        nodes.forEach(node -> node.rates.close());
        valkey.close();
        vertx.close().await();
    }

    private final class Node {
        private final Limits limits;
        private final SharedRates rates;

        Node(WithoutValkey without) {
            limits = new Limits(System::nanoTime, without);
            var at = new Settings.Valkey(
                    "127.0.0.1", valkey.port(), false, DATABASE, Optional.empty(), Optional.of(Secret.of(PASSWORD)));
            rates = new SharedRates(vertx, at, limits);
            rates.start();
            nodes.add(this);
        }

        boolean isReached() {
            return limits.sharing().isReached();
        }

        boolean take(Limited limited, long cost) {
            return reading(limited, cost, false).granted();
        }

        boolean has(Limited limited, long cost) {
            return reading(limited, cost, true).granted();
        }

        Reading reading(Limited limited, long cost, boolean probe) {
            return draw(limited, cost, probe).reading();
        }

        Draw draw(Limited limited, long cost, boolean probe) {
            return Objects.requireNonNull(limits.draw(limited, null, null, new Use(false, cost, probe, 0)));
        }
    }

    private Node node() {
        var node = new Node(WithoutValkey.LOCAL);
        Eventually.isTrue("the node shares", node::isReached);
        return node;
    }

    private static String id() {
        return "key_shared" + NUMBERS.incrementAndGet();
    }

    private static Limited limited(String id, String words) {
        return new Limited(id, Level.KEY, LimitSet.ofWire(words));
    }

    /** A machine that stops for a moment lets more through, and then less: so of some attempts one has to be as promised. */
    @Test
    void three_nodes_at_twice_the_limit_allow_no_twentieth_more() {
        var three = List.of(node(), node(), node());
        var shares = new ArrayList<Double>();
        while (shares.stream().noneMatch(share -> share > 0.9 && share < 1.05)) {
            assertThat(shares).as("of the limit").hasSizeLessThan(ATTEMPTS);
            shares.add(allowedOfTheLimit(three));
        }
    }

    private static double allowedOfTheLimit(List<Node> three) {
        var id = id();
        var each = three.stream().map(_ -> limited(id, "400/second")).toList();
        int perSecond = 800;
        long begun = System.nanoTime();
        int asked = 0;
        int allowed = 0;
        long passed = 0;
        while (passed < Duration.ofSeconds(5).toNanos()) {
            passed = System.nanoTime() - begun;
            long due = passed * perSecond / Duration.ofSeconds(1).toNanos();
            for (; asked < due; asked++) {
                allowed += three.get(asked % 3).take(each.get(asked % 3), 1) ? 1 : 0;
            }
            LockSupport.parkNanos(200_000);
        }
        return allowed / (400 + 400.0 * passed / Duration.ofSeconds(1).toNanos());
    }

    @Test
    void what_one_node_has_granted_another_does_not_grant_again() {
        assertGrantedOnce(node(), node());
    }

    @Test
    void what_one_node_has_granted_another_hears_though_nobody_uses_it_there() {
        var one = node();
        var other = node();
        var id = id();
        var here = limited(id, "100/month");
        var elsewhere = limited(id, "100/month");
        assertThat(other.take(elsewhere, 1)).isTrue();
        assertThat(one.take(here, 99)).isTrue();
        Eventually.isTrue("the other has heard of it", () -> !other.has(elsewhere, 50));
    }

    @Test
    void a_lowered_limit_makes_no_debt() {
        var one = node();
        var id = id();
        assertThat(one.take(limited(id, "100000/day"), 90_000)).isTrue();
        Eventually.isTrue("Valkey knows", () -> told(id));
        var lowered = limited(id, "100/day");
        assertThat(one.take(lowered, 1)).as("nothing comes back by a change").isFalse();
        var other = node();
        var there = limited(id, "100/day");
        Eventually.isTrue("the other has heard of it", () -> {
            other.take(there, 1);
            return !other.has(there, 1);
        });
        for (var reading : List.of(one.reading(lowered, 1, true), other.reading(there, 1, true))) {
            assertThat(reading.resetMillis()).isLessThan(Duration.ofDays(3).toMillis());
        }
    }

    private boolean told(String id) {
        return valkey.say("SELECT " + DATABASE, "KEYS *" + id + "*").contains(id);
    }

    @Test
    void a_limit_that_cannot_be_told_takes_sharing_from_no_other() {
        try (var log = CapturedLog.of(SharedRates.class)) {
            var one = node();
            var other = node();
            var endless = id();
            var refused = id();
            valkey.say("SELECT " + DATABASE, "SET shearline:" + refused + ":live:month:100:100 text");
            assertThat(one.take(limited(refused, "100/month"), 1)).isTrue();
            log.await("WRONGTYPE");
            // so much that it takes all time to come back
            for (var node : List.of(one, other)) {
                assertThat(node.take(limited(endless, "1/month/1000000000"), 1_000_000_000))
                        .isTrue();
            }
            Eventually.isTrue("Valkey knows", () -> told(endless));
            assertGrantedOnce(one, other);
            assertThat(log.lines()).noneMatch(line -> line.contains("cannot be used"));
        }
    }

    private static void assertGrantedOnce(Node one, Node other) {
        var id = id();
        assertThat(one.take(limited(id, "100/month"), 60)).isTrue();
        var elsewhere = limited(id, "100/month");
        Eventually.isTrue("the other has heard of it", () -> {
            other.take(elsewhere, 1);
            return !other.has(elsewhere, 40);
        });
    }

    @Test
    void a_valkey_that_was_emptied_gives_no_second_burst() {
        var one = node();
        var id = id();
        var here = limited(id, "100/month");
        assertThat(one.take(here, 98)).isTrue();
        Eventually.isTrue("Valkey knows", () -> told(id));
        valkey.say("FLUSHALL");
        assertThat(one.take(here, 1)).isTrue();
        Eventually.isTrue("Valkey knows again", () -> told(id));
        var other = node();
        var there = limited(id, "100/month");
        Eventually.isTrue("the other has heard of it", () -> {
            other.take(there, 1);
            return !other.has(there, 1);
        });
    }

    @Test
    void a_valkey_that_may_not_be_written_is_not_used_until_it_may() {
        try (var log = CapturedLog.of(SharedRates.class)) {
            var one = node();
            valkey.say("REPLICAOF 127.0.0.1 1");
            Eventually.isTrue("it is lost", () -> !one.isReached());
            assertThat(one.take(limited(id(), "10/month"), 1)).isTrue();
            var other = new Node(WithoutValkey.LOCAL);
            Eventually.isTrue("both say so", () -> refusals(log) == 2);
            long calls = calls();
            Eventually.isTrue("both try again", () -> calls() > calls + 10);
            assertThat(other.isReached()).isFalse();
            assertThat(refusals(log)).isEqualTo(2);
            valkey.say("REPLICAOF NO ONE");
            Eventually.isTrue("both share again", () -> one.isReached() && other.isReached());
            assertGrantedOnce(one, other);
        }
    }

    private static long refusals(CapturedLog log) {
        return log.lines().stream().filter(line -> line.contains("READONLY")).count();
    }

    private long calls() {
        var calls = Pattern.compile("cmdstat_eval:calls=(\\d+)").matcher(valkey.say("INFO commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    @Test
    void more_limits_than_fit_a_call_are_all_told() {
        var one = node();
        var ids = Stream.generate(SharedRatesTest::id)
                .limit(3L * SharedRates.BATCH_MAX)
                .toList();
        for (var id : ids) {
            assertThat(one.take(limited(id, "100/month"), 60)).isTrue();
        }
        Eventually.isTrue(
                "Valkey knows all",
                () -> valkey.say("SELECT " + DATABASE, "DBSIZE").contains(":" + ids.size()));
    }

    @Test
    void what_was_not_asked_for_gives_nothing_back() {
        var node = new Node(WithoutValkey.ALLOW);
        Eventually.isTrue("it shares", node::isReached);
        var key = limited(id(), "10/month");
        assertThat(node.take(key, 10)).isTrue();
        valkey.kill();
        Eventually.isTrue("it is lost", () -> !node.isReached());
        node.draw(key, 10, false).giveBack();
        valkey.startAgain();
        Eventually.isTrue("it shares again", node::isReached);
        assertThat(node.take(key, 1)).isFalse();
    }

    @Test
    void while_valkey_is_away_each_node_has_its_own_limits_and_then_they_share_again() {
        try (var log = CapturedLog.of(SharedRates.class)) {
            var one = node();
            var other = node();
            var id = id();
            var here = limited(id, "100/month");
            var there = limited(id, "100/month");
            assertThat(one.take(here, 30)).isTrue();
            valkey.kill();
            Eventually.isTrue("both have lost it", () -> !one.isReached() && !other.isReached());
            assertThat(one.take(here, 40)).isTrue();
            assertThat(other.take(there, 90)).isTrue();
            valkey.startAgain();
            Eventually.isTrue("both share again", () -> one.isReached() && other.isReached());
            assertThat(one.take(here, 1)).isTrue();
            Eventually.isTrue("all that both granted counts", () -> !other.take(there, 5));
            one.take(here, 1);
            Eventually.isTrue("also where it was granted by the other", () -> !one.has(here, 1));
            var said = log.events().stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .collect(Collectors.joining("\n"));
            assertThat(said).contains("those of each node").doesNotContain(PASSWORD);
        }
    }

    @Test
    void while_valkey_is_away_limits_may_refuse_or_let_pass() {
        var denying = new Node(WithoutValkey.DENY);
        var allowing = new Node(WithoutValkey.ALLOW);
        Eventually.isTrue("both share", () -> denying.isReached() && allowing.isReached());
        var key = limited(id(), "10/month");
        assertThat(denying.take(key, 1)).isTrue();
        assertThat(allowing.take(limited(id(), "10/month"), 11)).isFalse();
        valkey.kill();
        Eventually.isTrue("both have lost it", () -> !denying.isReached() && !allowing.isReached());
        var refusal = denying.reading(key, 1, false);
        assertThat(refusal.granted()).isFalse();
        assertThat(refusal.retryMillis()).isEqualTo(1_000);
        assertThat(allowing.take(limited(id(), "10/month"), 11)).isTrue();
        valkey.startAgain();
        Eventually.isTrue("both share again", () -> denying.isReached() && allowing.isReached());
        assertThat(denying.take(key, 1)).isTrue();
        assertThat(allowing.take(limited(id(), "10/month"), 11)).isFalse();
    }
}
