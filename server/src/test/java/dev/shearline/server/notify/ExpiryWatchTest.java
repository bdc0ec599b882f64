package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.http.Paging;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.Receiver;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who is told that a key will expire, or has, by a clock that the test sets. */
@Tag("storage")
class ExpiryWatchTest {

    private CourierRig rig;
    private Receiver receiver;

    @BeforeEach
    void start() {
        rig = new CourierRig();
        receiver = Receiver.start();
        rig.schema()
                .execute("UPDATE expiry_watch SET looked_until = ?", rig.now().atOffset(ZoneOffset.UTC));
        var _ = rig.endpoint(receiver.url("/"), "org_acme", "key.expiring", "key.expired");
    }

    @AfterEach
    void stop() {
        receiver.close();
        rig.close();
    }

    private ExpiryWatch watch() {
        return new ExpiryWatch(rig.feed().database(), false, rig.clock());
    }

    /** A key of Acme that was made so long ago, and lives so much longer. */
    private String key(Duration age, Duration left) {
        var key = rig.feed().insertKey().id().toString();
        rig.schema()
                .execute(
                        "UPDATE api_key SET created_at = ?, expires_at = ? WHERE id = ?",
                        rig.now().minus(age).atOffset(ZoneOffset.UTC),
                        rig.now().plus(left).atOffset(ZoneOffset.UTC),
                        key);
        return key;
    }

    /** Types, days and order of what was written of a key. */
    private String told(String key) {
        return rig.schema()
                .query(
                        "SELECT COALESCE(string_agg(type || details, ' ' ORDER BY at), '') FROM notification WHERE target = ?",
                        key);
    }

    @Test
    void a_key_is_told_of_14_3_and_1_days_before_it_expires_and_then() {
        var key = key(Duration.ofDays(30), Duration.ofDays(20));
        var node = rig.node();

        for (int hours = 0; hours <= 22 * 24; hours += 6) {
            watch().look();
            rig.pass(Duration.ofHours(6));
        }
        node.work();

        assertThat(told(key))
                .isEqualTo("key.expiring{\"days\":14} key.expiring{\"days\":3} key.expiring{\"days\":1} key.expired{}");
        assertThat(receiver.received())
                .extracting(one -> one.type() + one.at("data/days"))
                .containsExactlyInAnyOrder("key.expiring14", "key.expiring3", "key.expiring1", "key.expired");
        assertThat(receiver.received()).allMatch(one -> one.at("data/key/id").equals(key));
    }

    @Test
    void a_key_that_comes_due_for_rotation_is_told_of_once() {
        var _ = rig.endpoint(receiver.url("/"), "org_acme", "key.rotation_due");
        rig.schema()
                .execute("UPDATE organization SET policy = '{\"rotation_due_after_days\": 90}' WHERE id = 'org_acme'");
        var key = key(Duration.ofDays(89), Duration.ofDays(300));
        var rotated = key(Duration.ofDays(89), Duration.ofDays(300));
        rig.schema().execute("UPDATE api_key SET rotated_to = 'key_000000000000' WHERE id = ?", rotated);
        watch().look();
        assertThat(told(key)).isEmpty();
        rig.pass(Duration.ofDays(2));
        watch().look();
        watch().look();
        assertThat(told(key)).isEqualTo("key.rotation_due{\"days\":90}");
        assertThat(told(rotated)).isEmpty();
    }

    @Test
    void looks_that_overlap_or_happen_at_once_write_each_fact_once() throws Exception {
        var key = key(Duration.ofDays(30), Duration.ofDays(14).minusSeconds(1));
        rig.pass(Duration.ofSeconds(1));
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var looks = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.await();
                        watch().look();
                        return true;
                    }))
                    .toList();
            start.countDown();
            for (var look : looks) {
                assertThat(look.get()).isTrue();
            }
        }
        watch().look();
        rig.pass(Duration.ofSeconds(10));
        watch().look();

        assertThat(told(key)).isEqualTo("key.expiring{\"days\":14}");
    }

    @Test
    void a_look_that_was_cut_off_is_made_again_by_another_node() {
        var key = key(Duration.ofDays(30), Duration.ofSeconds(-1));
        rig.schema()
                .execute(
                        "UPDATE expiry_watch SET lease = lease + 1, lease_until = ?",
                        rig.now().plus(ExpiryWatch.LEASE).atOffset(ZoneOffset.UTC));

        watch().look();
        assertThat(told(key)).isEmpty();
        rig.pass(ExpiryWatch.LEASE);
        watch().look();

        assertThat(told(key)).isEqualTo("key.expired{}");
    }

    @Test
    void after_a_long_pause_only_the_reminder_that_is_still_true_is_sent() {
        var soon = key(Duration.ofDays(30), Duration.ofDays(20));
        var gone = key(Duration.ofDays(30), Duration.ofDays(17));
        rig.pass(Duration.ofDays(18));
        watch().look();

        assertThat(told(soon)).isEqualTo("key.expiring{\"days\":3}");
        assertThat(told(gone)).isEqualTo("key.expired{}");
    }

    @Test
    void no_reminder_comes_with_a_key_that_is_short_lived() {
        var key = key(Duration.ZERO, Duration.ofDays(3));
        rig.pass(Duration.ofSeconds(1));
        watch().look();
        assertThat(told(key)).isEmpty();
        rig.pass(Duration.ofDays(2));
        watch().look();
        assertThat(told(key)).isEqualTo("key.expiring{\"days\":1}");
    }

    @Test
    void dead_and_replaced_keys_are_not_told_of() {
        var revoked = key(Duration.ofDays(30), Duration.ofDays(14));
        var rotating = key(Duration.ofDays(30), Duration.ofDays(14));
        var disabled = key(Duration.ofDays(30), Duration.ofDays(14));
        rig.schema().execute("UPDATE api_key SET state = 'revoked', revoked_at = now() WHERE id = ?", revoked);
        rig.schema().execute("UPDATE api_key SET ends_at = now() WHERE id = ?", rotating);
        rig.schema().execute("UPDATE api_key SET state = 'disabled' WHERE id = ?", disabled);
        for (int day = 0; day < 16; day++) {
            rig.pass(Duration.ofDays(1));
            watch().look();
        }
        assertThat(told(revoked)).isEmpty();
        assertThat(told(rotating)).isEmpty();
        assertThat(told(disabled)).isEqualTo("key.expired{}");
    }

    @Test
    void what_came_due_before_anybody_listened_is_no_news() {
        rig.webhooks
                .list(CourierRig.OPERATOR, Optional.empty(), paging())
                .items()
                .forEach(endpoint -> rig.webhooks.delete(CourierRig.OPERATOR, endpoint.id()));
        var key = key(Duration.ofDays(30), Duration.ofDays(14));
        rig.pass(Duration.ofDays(1));
        watch().look();
        var _ = rig.endpoint(receiver.url("/"), FeedRig.ACME.value(), "*");
        rig.pass(Duration.ofDays(1));
        watch().look();

        assertThat(told(key)).isEmpty();
    }

    private static Paging paging() {
        return new Paging(10, Optional.empty(), "test");
    }
}
