package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Receiver;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a message on its way, step by step. */
class DeliveringTest {

    private static final String KEY = "key_000000000001";

    private CourierRig rig;
    private Receiver receiver;

    @BeforeEach
    void start() {
        rig = new CourierRig();
        receiver = Receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.close();
        rig.close();
    }

    @Test
    void a_fact_is_delivered_once_however_many_nodes_look() {
        var endpoint = rig.endpoint(receiver.url("/")).endpoint().id();
        var one = rig.node();
        var other = rig.node();

        rig.change("key.revoked", KEY);
        one.look();
        other.look();
        one.settle();
        other.work();
        one.work();

        assertThat(receiver.received()).hasSize(1);
        assertThat(receiver.received().getFirst().type()).isEqualTo("key.revoked");
        assertThat(rig.delivery(endpoint)).isEqualTo("delivered 1 -");
    }

    @Test
    void a_message_is_named_after_its_event() {
        var _ = rig.endpoint(receiver.url("/"));

        rig.change("key.revoked", KEY);
        rig.node().work();

        assertThat(receiver.received().getFirst().id())
                .isEqualTo(rig.schema()
                        .query("SELECT 'msg_' || substr(id, 5) FROM audit_event WHERE action = 'key.revoked'"));
    }

    @Test
    void nothing_is_written_where_nobody_listens() {
        var narrow = rig.endpoint(receiver.url("/"), "org_acme", "key.created")
                .endpoint()
                .id();

        rig.change("key.revoked", KEY);
        rig.change("key.updated", KEY);
        assertThat(rig.schema().query("SELECT count(*) FROM notification")).isEqualTo("0");

        rig.change("key.created", KEY);
        assertThat(rig.schema().query("SELECT count(*) FROM notification")).isEqualTo("1");

        rig.webhooks.update(CourierRig.OPERATOR, narrow, disabled());
        rig.change("key.created", KEY);
        assertThat(rig.schema().query("SELECT count(*) FROM notification")).isEqualTo("1");
    }

    private static WebhookPatch disabled() {
        return new WebhookPatch(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false));
    }

    private static WebhookPatch enabled() {
        return new WebhookPatch(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(true));
    }

    @Test
    void an_endpoint_of_the_instance_hears_of_every_organization() {
        var _ = rig.endpoint(receiver.url("/"), "org_instance", "*");

        rig.change("key.disabled", KEY);
        rig.node().work();

        assertThat(receiver.received()).hasSize(1);
        assertThat(receiver.received().getFirst().at("organization/id")).isEqualTo("org_acme");
    }

    @Test
    void what_a_killed_node_has_claimed_another_one_sends_under_the_same_id() {
        var endpoint = rig.endpoint(receiver.url("/")).endpoint().id();
        var killed = rig.node();
        var survivor = rig.node();

        rig.change("key.revoked", KEY);
        killed.look();
        Eventually.isTrue("it has been sent", () -> receiver.received().size() == 1);
        // dead before it has written that
        survivor.work();
        assertThat(receiver.received()).hasSize(1);
        rig.pass(Delivering.LEASE);
        survivor.work();

        assertThat(receiver.received()).hasSize(2);
        assertThat(receiver.received().getLast().id())
                .isEqualTo(receiver.received().getFirst().id());
        assertThat(rig.delivery(endpoint)).isEqualTo("delivered 1 -");
        // nor does it help should it only have been frozen
        killed.settle();
        assertThat(rig.delivery(endpoint)).isEqualTo("delivered 1 -");
    }

    @Test
    void what_fails_is_tried_again_later_each_time_until_it_is_delivered() {
        var endpoint =
                rig.endpoint(receiver.saying(500, 302, 404).url("/")).endpoint().id();
        var node = rig.node();

        rig.change("key.revoked", KEY);
        for (int attempt = 1; attempt <= 3; attempt++) {
            node.work();
            assertThat(rig.delivery(endpoint)).startsWith("waiting " + attempt);
            var pause = Duration.between(rig.now(), rig.nextAttempt(endpoint));
            var base = Backoff.base(attempt);
            assertThat(pause)
                    .isBetween(
                            base.multipliedBy(4).dividedBy(5),
                            base.multipliedBy(6).dividedBy(5));
            node.work();
            assertThat(receiver.received()).hasSize(attempt);
            rig.pass(pause.plusSeconds(1));
        }
        node.work();

        assertThat(rig.delivery(endpoint)).isEqualTo("delivered 4 -");
        assertThat(receiver.received())
                .extracting(Receiver.Received::id)
                .containsOnly(receiver.received().getFirst().id());
        assertThat(new HashSet<>(receiver.received().stream()
                        .map(one -> one.headers().get("webhook-timestamp"))
                        .toList()))
                .hasSize(4);
    }

    @Test
    void after_three_days_it_is_given_up_and_may_be_sent_again() {
        var endpoint =
                rig.endpoint(receiver.alwaysSaying(500).url("/")).endpoint().id();
        var node = rig.node();

        rig.change("key.revoked", KEY);
        for (int i = 0; i < 40 && !rig.delivery(endpoint).startsWith("failed"); i++) {
            node.work();
            rig.pass(Duration.ofHours(12));
        }
        assertThat(rig.delivery(endpoint)).startsWith("failed").endsWith("status");
        int attempts = receiver.received().size();
        node.work();
        assertThat(receiver.received()).hasSize(attempts);

        receiver.alwaysSaying(204);
        var id = rig.schema().query("SELECT id FROM webhook_delivery WHERE endpoint_id = ?", endpoint);
        var again = rig.deliveries.redeliver(CourierRig.OPERATOR, endpoint, id);
        node.work();

        assertThat(again.status()).isEqualTo("waiting");
        assertThat(rig.delivery(endpoint)).isEqualTo("delivered 1 -");
        assertThat(receiver.received().getLast().id())
                .isEqualTo(receiver.received().getFirst().id());
    }

    @Test
    void who_says_410_is_not_called_again() {
        var endpoint =
                rig.endpoint(receiver.alwaysSaying(410).url("/")).endpoint().id();
        var node = rig.node();

        rig.pass(Duration.ofSeconds(1));
        rig.change("key.revoked", KEY);
        node.work();
        rig.change("key.disabled", KEY);
        rig.pass(Duration.ofDays(1));
        node.work();

        assertThat(receiver.received()).hasSize(1);
        assertThat(rig.endpointState(endpoint)).isEqualTo("disabled gone");
        assertThat(rig.delivery(endpoint)).isEqualTo("failed 1 gone");
        assertThat(rig.audit(endpoint)).isEqualTo("webhook.created webhook.disabled");
    }

    @Test
    void five_days_of_nothing_but_failure_disable_an_endpoint() {
        var endpoint =
                rig.endpoint(receiver.alwaysSaying(500).url("/")).endpoint().id();
        var node = rig.node();

        for (int day = 0; day < 5; day++) {
            rig.change("key.revoked", KEY);
            node.work();
            assertThat(rig.endpointState(endpoint)).isEqualTo("enabled -");
            rig.pass(Duration.ofDays(1));
        }
        node.work();

        assertThat(rig.endpointState(endpoint)).isEqualTo("disabled failing");
        assertThat(rig.audit(endpoint)).isEqualTo("webhook.created webhook.disabled");
        rig.pass(Duration.ofDays(1));
        node.work();
        assertThat(rig.schema().query("SELECT count(*) FROM webhook_delivery WHERE state = 'waiting'"))
                .isEqualTo("0");

        rig.webhooks.update(CourierRig.OPERATOR, endpoint, enabled());
        rig.change("key.revoked", KEY);
        receiver.alwaysSaying(200);
        node.work();
        assertThat(rig.endpointState(endpoint)).isEqualTo("enabled -");
    }

    @Test
    void one_success_between_failures_keeps_an_endpoint() {
        var endpoint =
                rig.endpoint(receiver.alwaysSaying(500).url("/")).endpoint().id();
        var node = rig.node();

        for (int day = 0; day < 8; day++) {
            rig.change("key.revoked", KEY);
            receiver.alwaysSaying(day == 4 ? 204 : 500);
            node.work();
            rig.pass(Duration.ofDays(1));
        }
        assertThat(rig.endpointState(endpoint)).isEqualTo("enabled -");
    }

    @Test
    void a_slow_endpoint_holds_no_other_back() {
        var slow = rig.endpoint(receiver.url("/")).endpoint().id();
        try (var quick = Receiver.start()) {
            var other = rig.endpoint(quick.url("/")).endpoint().id();
            var answer = receiver.holdBack();
            var node = rig.node();
            for (int i = 0; i < 10; i++) {
                rig.change("key.revoked", KEY);
            }
            node.look();
            Eventually.isTrue("four are sent to each", () -> quick.received().size() == Delivering.EACH_MAX);
            for (int i = 0; i < 10 && quick.received().size() < 10; i++) {
                int before = quick.received().size();
                Eventually.isTrue("more is sent", () -> {
                    rig.step(node);
                    return quick.received().size() > before;
                });
            }
            assertThat(quick.received()).hasSize(10);
            assertThat(receiver.received()).hasSize(Delivering.EACH_MAX);
            answer.countDown();
            node.work();
            assertThat(receiver.received()).hasSize(10);
            assertThat(slow).isNotEqualTo(other);
        }
    }

    @Test
    void an_endpoint_that_fails_is_tried_with_one_message_at_a_time() {
        var _ = rig.endpoint(receiver.alwaysSaying(500).url("/"));
        var node = rig.node();
        rig.change("key.revoked", KEY);
        node.work();
        for (int i = 0; i < 10; i++) {
            rig.change("key.revoked", KEY);
        }
        node.look();

        assertThat(node.underWay()).isEqualTo(1);
        node.settle();
    }

    @Test
    void while_a_rotation_lasts_both_secrets_sign() {
        var first = rig.endpoint(receiver.url("/"));
        var id = first.endpoint().id();
        var old = first.secret().secret().reveal();
        var rotated = rig.webhooks.rotateSecret(CourierRig.OPERATOR, id, Optional.empty(), Attempt.UNKEYED);
        var fresh = rotated.secret().secret().reveal();
        var node = rig.node();

        rig.change("key.revoked", KEY);
        node.work();
        rig.pass(Duration.ofHours(24));
        rig.change("key.revoked", KEY);
        node.work();

        assertThat(receiver.received().getFirst().isSignedWith(old)).isTrue();
        assertThat(receiver.received().getFirst().isSignedWith(fresh)).isTrue();
        assertThat(receiver.received().getLast().isSignedWith(old)).isFalse();
        assertThat(receiver.received().getLast().isSignedWith(fresh)).isTrue();
    }

    @Test
    void what_waits_for_a_deleted_endpoint_is_not_sent() {
        var id = rig.endpoint(receiver.url("/")).endpoint().id();
        rig.change("key.revoked", KEY);
        rig.webhooks.delete(CourierRig.OPERATOR, id);
        rig.node().work();

        assertThat(receiver.received()).isEmpty();
        assertThat(rig.schema().query("SELECT count(*) FROM webhook_secret")).isEqualTo("0");
    }

    @Test
    void what_was_settled_a_month_ago_is_forgotten() {
        var _ = rig.endpoint(receiver.url("/"));
        rig.change("key.revoked", KEY);
        rig.node().work();
        var cleaning = new NotifyCleaning(rig.feed().database(), rig.clock());

        cleaning.clean();
        assertThat(rig.schema().query("SELECT count(*) FROM webhook_delivery")).isEqualTo("1");
        rig.pass(NotifyCleaning.KEPT.plusSeconds(1));
        cleaning.clean();
        assertThat(rig.schema().query("SELECT count(*) FROM webhook_delivery")).isEqualTo("0");
        assertThat(rig.schema().query("SELECT count(*) FROM notification")).isEqualTo("0");
    }
}
