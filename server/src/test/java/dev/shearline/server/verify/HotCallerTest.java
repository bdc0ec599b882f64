package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who asks on a hot route is found in memory, and held to the same as anywhere else. */
@Tag("storage")
class HotCallerTest {

    private static Cluster cluster;
    private static Api api;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        api = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void a_key_that_does_nothing_but_verify_is_shown_as_used() {
        var operator = api.post(
                        "/v1/keys", Map.of("type", "operator", "name", "gateway", "scopes", List.of("keys:verify")))
                .expect(201);
        for (var caller : List.of(operator, caller(Map.of()))) {
            assertThat(shown(caller, "last_used_at")).isEmpty();
            cluster.api(1).as(caller.at("secret")).verify("nobody's");
            Eventually.isTrue(
                    "its use is written", () -> !shown(caller, "last_used_at").isEmpty());
            assertThat(shown(caller, "last_used_address")).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void a_successor_that_is_used_to_call_ends_the_key_before_it() {
        var old = caller(Map.of());
        var fresh = api.post("/v1/keys/" + old.at("id") + "/rotate", Map.of("grace", "30d", "end_at_first_use", true))
                .expect(201);
        assertThat(status(old)).isEqualTo(200);
        assertThat(status(fresh)).isEqualTo(200);
        Eventually.isTrue("the old key has ended", () -> status(old) == 401);
        assertThat(shown(old, "cause")).isEqualTo("rotated");
        assertThat(status(fresh)).isEqualTo(200);
    }

    @Test
    void a_key_that_is_bound_to_addresses_calls_from_there_alone() {
        assertThat(status(caller(Map.of("cidrs", List.of("203.0.113.0/24"))))).isEqualTo(401);
        assertThat(status(caller(Map.of("cidrs", List.of("203.0.113.0/24", "127.0.0.0/8")))))
                .isEqualTo(200);
    }

    @Test
    void a_key_that_has_expired_or_is_not_valid_yet_does_not_call() {
        var brief = caller(
                Map.of("expires_at", Instant.now().plus(2, ChronoUnit.SECONDS).toString()));
        Eventually.isTrue("it has expired", () -> status(brief) == 401);
        assertThat(status(caller(Map.of(
                        "not_before", Instant.now().plus(1, ChronoUnit.HOURS).toString()))))
                .isEqualTo(401);
    }

    @Test
    void a_disabled_key_does_not_call() {
        var key = caller(Map.of());
        assertThat(status(key)).isEqualTo(200);
        api.post("/v1/keys/" + key.at("id") + "/disable").expect(200);
        assertThat(status(key)).isEqualTo(401);
        api.post("/v1/keys/" + key.at("id") + "/enable").expect(200);
        assertThat(status(key)).isEqualTo(200);
    }

    @Test
    void a_key_whose_owner_is_not_active_does_not_call() {
        var other = cluster.organization("suspended");
        var key = cluster.issue(other, "keys:verify");
        assertThat(status(key)).isEqualTo(200);
        api.post("/v1/organizations/" + other + "/suspend").expect(200);
        assertThat(status(key)).isEqualTo(401);
        api.post("/v1/organizations/" + other + "/resume").expect(200);
        assertThat(status(key)).isEqualTo(200);
    }

    private static Api.Answer caller(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "name", "caller", "organization", acme, "scopes", List.of("keys:verify")));
        body.putAll(more);
        return api.post("/v1/keys", body).expect(201);
    }

    private static int status(Api.Answer caller) {
        return cluster.api(1)
                .as(caller.at("secret"))
                .post("/v1/keys/verify", Map.of("key", "nobody's"))
                .status();
    }

    private static String shown(Api.Answer key, String field) {
        return api.get("/v1/keys/" + key.at("id")).expect(200).at(field);
    }
}
