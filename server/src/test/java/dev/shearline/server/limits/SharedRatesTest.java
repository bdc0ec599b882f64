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
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes and a real Valkey, or the Redis that Debian has. */
class SharedRatesTest {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final String PASSWORD = "a-pass" + "word";

    private final List<Node> nodes = new ArrayList<>();
    private Vertx vertx;
    private ValkeyProcess valkey;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        valkey = ValkeyProcess.start(PASSWORD);
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
                    "127.0.0.1", valkey.port(), false, 3, Optional.empty(), Optional.of(Secret.of(PASSWORD)));
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
            return Objects.requireNonNull(limits.draw(limited, null, null, new Use(false, cost, probe, 0)))
                    .reading();
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

    @Test
    void three_nodes_at_twice_the_limit_allow_no_twentieth_more() {
        var three = List.of(node(), node(), node());
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
        double limit = 400 + 400.0 * passed / Duration.ofSeconds(1).toNanos();
        assertThat(allowed / limit).as("%s of %s", allowed, limit).isBetween(0.9, 1.05);
    }

    @Test
    void what_one_node_has_granted_another_does_not_grant_again() {
        var one = node();
        var other = node();
        var id = id();
        assertThat(one.take(limited(id, "100/month"), 60)).isTrue();
        var elsewhere = limited(id, "100/month");
        Eventually.isTrue("the other has heard of it", () -> {
            other.take(elsewhere, 1);
            return !other.has(elsewhere, 40);
        });
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
