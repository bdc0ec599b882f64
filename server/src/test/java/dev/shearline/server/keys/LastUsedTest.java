package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.net.IpAddress;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class LastUsedTest {

    private static final Duration LATE_MAX = Duration.ofSeconds(5);
    private static final int TRIES = 4;
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static ApiKeyId key() {
        return ApiKeyId.find(rig.created("").text("id")).orElseThrow();
    }

    private static Optional<IpAddress> address(String text) {
        return IpAddress.find(text);
    }

    private static String shown(ApiKeyId key) {
        var shown = rig.get(rig.operator, "/v1/keys/" + key);
        return shown.text("last_used_at") + " " + shown.text("last_used_address");
    }

    @Test
    void the_latest_use_is_kept_whatever_order_it_is_told_and_written_in() {
        var key = key();
        try (var other = new LastUsed(rig.nodeDatabase)) {
            rig.lastUsed.record(key, address("203.0.113.7"), NOON.plusSeconds(2));
            rig.lastUsed.record(key, address("203.0.113.8"), NOON);
            other.record(key, address("203.0.113.9"), NOON.plusSeconds(1));
            rig.lastUsed.flush();
        }
        assertThat(shown(key)).isEqualTo("2030-01-01T12:00:02.000Z 203.0.113.7");
    }

    /** Best of some: a busy machine may be late once, what is written too seldom is late each time. */
    @Test
    void a_use_is_written_by_itself_within_five_seconds_and_the_rest_when_it_closes() {
        var key = key();
        try (var lastUsed = new LastUsed(rig.nodeDatabase)) {
            lastUsed.start();
            var took = Duration.ofDays(1);
            int second = 0;
            while (took.compareTo(LATE_MAX) > 0 && second < TRIES) {
                var use = NOON.plusSeconds(++second);
                long noted = System.nanoTime();
                lastUsed.record(key, address("2001:db8::1"), use);
                Eventually.isTrue(
                        "written", () -> shown(key).startsWith(use.toString().replace("Z", ".000Z 2001:db8")));
                took = Duration.ofNanos(System.nanoTime() - noted);
            }
            assertThat(took).isLessThanOrEqualTo(LATE_MAX);
            lastUsed.record(key, Optional.empty(), NOON.plusSeconds(TRIES + 1));
        }
        assertThat(shown(key)).startsWith(NOON.plusSeconds(TRIES + 1).toString().replace("Z", ".000Z "));
    }

    @Test
    void the_last_of_very_many_keys_is_written_within_a_minute() {
        int keys = 8 * LastUsed.MANY_KEYS;
        try (var lastUsed = new LastUsed(rig.nodeDatabase)) {
            for (int i = 0; i < keys; i++) {
                lastUsed.record(ApiKeyId.of(i, 0), Optional.empty(), NOON);
            }
            int rounds = 0;
            while (lastUsed.waiting() > 0) {
                lastUsed.flushRound();
                rounds++;
            }
            assertThat(LastUsed.FLUSH_INTERVAL.multipliedBy(rounds)).isLessThan(Duration.ofMinutes(1));
        }
    }

    @Test
    void what_cannot_be_written_is_written_later() throws SQLException {
        var key = key();
        var schema = TestSchema.create();
        var database = new NodeDatabase(schema.node().to("no_such_database"));
        var lastUsed = new LastUsed(database);
        lastUsed.record(key, Optional.empty(), NOON);
        lastUsed.flush();
        assertThat(lastUsed.waiting()).isOne();
        database.close();
    }

    @Test
    void management_with_a_key_is_a_use_and_asking_what_it_is_is_none() {
        var key = rig.created("");
        rig.get(key.text("secret"), "/v1/keys/self");
        rig.lastUsed.flush();
        assertThat(rig.get(rig.operator, "/v1/keys/" + key.text("id")).text("last_used_address"))
                .isEmpty();
        rig.get(key.text("secret"), "/v1/keys");
        rig.lastUsed.flush();
        assertThat(rig.get(rig.operator, "/v1/keys/" + key.text("id")).text("last_used_address"))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void many_keys_are_written_in_batches() {
        var keys = new java.util.ArrayList<ApiKeyId>();
        for (int i = 0; i < 3; i++) {
            keys.add(key());
        }
        // of keys that are gone nothing is written, and nothing fails
        for (int i = 0; i < 2_500; i++) {
            rig.lastUsed.record(ApiKeyId.of(i, 0), Optional.empty(), NOON);
        }
        keys.forEach(key -> rig.lastUsed.record(key, Optional.empty(), NOON));
        rig.lastUsed.flush();
        assertThat(rig.lastUsed.waiting()).isZero();
        keys.forEach(key -> assertThat(shown(key)).startsWith("2030-01-01T12:00:00.000Z"));
    }

    @Test
    void of_more_keys_than_many_a_part_is_written_each_time_and_each_in_its_turn() {
        int keys = 3 * LastUsed.MANY_KEYS;
        try (var lastUsed = new LastUsed(rig.nodeDatabase)) {
            for (int i = 0; i < keys; i++) {
                lastUsed.record(ApiKeyId.of(i, 0), Optional.empty(), NOON);
            }
            lastUsed.flushRound();
            assertThat(lastUsed.waiting()).isEqualTo(keys - keys / LastUsed.ROUNDS_OF_MANY);
            var last = key();
            lastUsed.record(last, Optional.empty(), NOON);
            for (int round = 0; round < 2 * LastUsed.ROUNDS_OF_MANY; round++) {
                for (int i = 0; i < keys; i++) {
                    lastUsed.record(ApiKeyId.of(i, 0), Optional.empty(), NOON.plusSeconds(round));
                }
                lastUsed.flushRound();
            }
            assertThat(shown(last)).startsWith("2030-01-01T12:00:00.000Z");
        }
    }
}
