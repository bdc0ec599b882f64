package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.net.IpAddress;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From where keys were used, as it is written. */
@Tag("storage")
class CallersTest {

    private static final ApiKeyId KEY = ApiKeyId.find(UsageKeys.id(1)).orElseThrow();
    private static final ApiKeyId ANOTHER = ApiKeyId.find(UsageKeys.id(2)).orElseThrow();
    private static final long NOON = Instant.parse("2030-01-01T12:00:00Z").toEpochMilli();
    private static final long DAY = Duration.ofDays(1).toMillis();

    private static final KeyFormat FORMAT = new KeyFormat(List.of("shl"));

    private static TestSchema schema;
    private static NodeDatabase database;

    private Callers callers;

    @BeforeAll
    static void start() {
        schema = TestSchema.create();
        UsageKeys.insert(schema, 10);
        schema.execute(
                "INSERT INTO api_key_activity (key_id, organization_id, audience_id) SELECT id, organization_id, audience_id FROM api_key");
        database = new NodeDatabase(schema.node());
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void begin() {
        callers = new Callers(database, FORMAT);
        schema.execute("DELETE FROM usage_caller");
        schema.execute("UPDATE api_key_activity SET last_used_address = NULL");
    }

    private static Callers.Caller caller(int number) {
        return new Callers.Caller(IpAddress.find("203.0.113." + number), "GET /" + number, "agent");
    }

    private static String written(ApiKeyId key) {
        return schema.query(
                "SELECT count(*) FILTER (WHERE NOT other) || ' named ' || coalesce(sum(count) FILTER (WHERE NOT other), 0)"
                        + " || ', others ' || coalesce(sum(count) FILTER (WHERE other), 0) FROM usage_caller WHERE key_id = ?",
                key.toString());
    }

    @Test
    void uses_of_the_same_caller_are_added_up_by_key_and_day() {
        callers.note(KEY, caller(1), NOON);
        callers.note(KEY, caller(1), NOON + 1);
        callers.note(ANOTHER, caller(1), NOON);
        callers.write();
        callers.note(KEY, caller(1), NOON + 2);
        callers.write();
        callers.note(KEY, caller(1), NOON + DAY);
        callers.write();
        assertThat(schema.query(
                        "SELECT string_agg(day || ' ' || address || ' ' || route || ' ' || user_agent || ' ' || count, ', ' ORDER BY day)"
                                + " FROM usage_caller WHERE key_id = ?",
                        KEY.toString()))
                .isEqualTo("2030-01-01 203.0.113.1 GET /1 agent 3, 2030-01-02 203.0.113.1 GET /1 agent 1");
        assertThat(written(ANOTHER)).isEqualTo("1 named 1, others 0");
    }

    @Test
    void a_key_in_a_route_or_an_agent_is_not_kept_even_cut() {
        var key = FORMAT.mint(KeyMode.LIVE, KeyKind.SECRET, new SecureRandom())
                .secret()
                .reveal();
        var address = IpAddress.find("203.0.113.1");
        callers.note(KEY, new Callers.Caller(address, "GET /login?key=" + key, "agent"), NOON);
        callers.note(KEY, new Callers.Caller(address, "GET /login?key=" + key, "agent"), NOON);
        callers.note(KEY, new Callers.Caller(address, "GET /", "agent " + key.substring(0, key.length() - 3)), NOON);
        callers.write();
        assertThat(written(KEY)).isEqualTo("2 named 3, others 0");
        assertThat(schema.query(
                        "SELECT string_agg(route || ' by ' || user_agent, ', ' ORDER BY route) FROM usage_caller"))
                .isEqualTo(Callers.WITH_KEY + " by agent, GET / by " + Callers.WITH_KEY);
    }

    @Test
    void beyond_fifty_a_day_they_are_added_up_whoever_writes() throws Exception {
        try (var threads = Executors.newFixedThreadPool(2)) {
            var nodes = List.of(0, 40).stream()
                    .<Callable<Boolean>>map(first -> () -> {
                        var node = new Callers(database, FORMAT);
                        for (int i = first; i < first + 40; i++) {
                            node.note(KEY, caller(i), NOON);
                        }
                        node.write();
                        return true;
                    })
                    .toList();
            for (var done : threads.invokeAll(nodes)) {
                assertThat(done.get()).isTrue();
            }
        }
        assertThat(written(KEY)).isEqualTo("50 named 50, others 30");
        for (int i = 0; i < 80; i++) {
            callers.note(KEY, caller(i), NOON);
        }
        callers.write();
        assertThat(schema.query("SELECT count(*) FILTER (WHERE NOT other) || ' ' || sum(count) FROM usage_caller"))
                .isEqualTo("50 160");
    }

    @Test
    void of_an_erased_owners_key_nothing_is_written() {
        schema.execute("UPDATE api_key_activity SET last_used_address = '' WHERE key_id = ?", KEY.toString());
        callers.note(KEY, caller(1), NOON);
        callers.note(ANOTHER, caller(1), NOON);
        callers.write();
        assertThat(written(KEY)).isEqualTo("0 named 0, others 0");
        assertThat(written(ANOTHER)).isEqualTo("1 named 1, others 0");
    }

    @Test
    void what_cannot_be_written_is_written_later() {
        schema.execute("ALTER TABLE usage_caller ADD CONSTRAINT away CHECK (false) NOT VALID");
        callers.note(KEY, caller(1), NOON);
        assertThatThrownBy(callers::write).hasMessageContaining("away");
        schema.execute("ALTER TABLE usage_caller DROP CONSTRAINT away");
        callers.note(KEY, new Callers.Caller(Optional.empty(), "", "agent"), NOON);
        callers.write();
        assertThat(written(KEY)).isEqualTo("2 named 2, others 0");
    }

    @Test
    void what_is_old_is_forgotten() {
        callers.note(KEY, caller(1), NOON);
        callers.note(ANOTHER, caller(1), NOON);
        callers.write();
        schema.execute("UPDATE usage_caller SET day = current_date - 8 WHERE key_id = ?", KEY.toString());
        schema.execute("UPDATE usage_caller SET day = current_date - 6 WHERE key_id = ?", ANOTHER.toString());
        assertThat(callers.forget(Duration.ofDays(7))).isEqualTo(1);
        assertThat(written(KEY)).isEqualTo("0 named 0, others 0");
        assertThat(written(ANOTHER)).isEqualTo("1 named 1, others 0");
    }
}
