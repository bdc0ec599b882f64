package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class SpendKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static ApiKeyId ephemeral() {
        var key = rig.create(
                rig.operator, "{\"type\":\"ephemeral\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[]}");
        return ApiKeyId.find(key.text("id")).orElseThrow();
    }

    private static SpendOutcome spend(ApiKeyId key, String useId) {
        return rig.keys.spend(key, KeyRig.ACME, Optional.of(useId).filter(id -> !id.isEmpty()), _ -> {});
    }

    @Test
    void of_200_parallel_attempts_exactly_one_succeeds() throws Exception {
        var key = ephemeral();
        var outcomes = parallel(200, i -> () -> spend(key, i % 2 == 0 ? "" : "use-" + i));
        assertThat(outcomes).filteredOn(SpendOutcome.Spent.class::isInstance).hasSize(1);
        assertThat(outcomes)
                .filteredOn(SpendOutcome.AlreadyUsed.class::isInstance)
                .hasSize(199);
        assertThat(rig.audited(key.toString())).isEqualTo("key.created key.used");
        assertThat(rig.get(rig.operator, "/v1/keys/" + key).text("status")).isEqualTo("used");
    }

    @Test
    void the_same_use_is_replayed_however_often_it_comes_at_once() throws Exception {
        var key = ephemeral();
        var outcomes = parallel(50, _ -> () -> spend(key, "use"));
        assertThat(outcomes).filteredOn(SpendOutcome.Spent.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(SpendOutcome.Replayed.class::isInstance).hasSize(49);
    }

    @Test
    void a_replay_is_good_for_ten_minutes() {
        var key = ephemeral();
        assertThat(spend(key, "use")).isInstanceOfSatisfying(SpendOutcome.Spent.class, spent -> {
            assertThat(spent.version()).isEqualTo(2);
            assertThat(spent.entries()).hasSize(1);
        });
        assertThat(spend(key, "other")).isInstanceOf(SpendOutcome.AlreadyUsed.class);
        assertThat(spend(key, "")).isInstanceOf(SpendOutcome.AlreadyUsed.class);
        rig.clock.advance(Duration.ofMinutes(9));
        assertThat(spend(key, "use")).isInstanceOf(SpendOutcome.Replayed.class);
        rig.clock.advance(Duration.ofMinutes(2));
        assertThat(spend(key, "use")).isInstanceOf(SpendOutcome.AlreadyUsed.class);
    }

    @Test
    void what_is_no_living_ephemeral_key_is_not_spent() {
        var revoked = ephemeral();
        rig.post(rig.operator, "/v1/keys/" + revoked + "/revoke", "");
        assertThat(spend(revoked, "")).isEqualTo(new SpendOutcome.NotSpendable(Optional.of(KeyStatus.REVOKED)));
        var disabled = ephemeral();
        rig.post(rig.operator, "/v1/keys/" + disabled + "/disable", "");
        assertThat(spend(disabled, "")).isEqualTo(new SpendOutcome.NotSpendable(Optional.of(KeyStatus.DISABLED)));
        var team = ApiKeyId.find(rig.created("").text("id")).orElseThrow();
        assertThat(spend(team, "")).isEqualTo(new SpendOutcome.NotSpendable(Optional.of(KeyStatus.ACTIVE)));
        assertThat(rig.keys.spend(ephemeral(), KeyRig.OTHER, Optional.empty(), _ -> {}))
                .isEqualTo(new SpendOutcome.NotSpendable(Optional.empty()));
        var used = ephemeral();
        spend(used, "");
        for (var what : List.of("revoke", "disable", "enable", "rotate")) {
            assertThat(rig.post(rig.operator, "/v1/keys/" + used + "/" + what, "")
                            .code())
                    .as(what)
                    .isEqualTo("invalid_state");
        }
    }

    private interface Attempt {
        Callable<SpendOutcome> number(int i);
    }

    private static List<SpendOutcome> parallel(int attempts, Attempt attempt)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(8)) {
            var tasks = new ArrayList<Callable<SpendOutcome>>();
            for (int i = 0; i < attempts; i++) {
                tasks.add(attempt.number(i));
            }
            var outcomes = new ArrayList<SpendOutcome>();
            for (var future : threads.invokeAll(tasks)) {
                outcomes.add(future.get());
            }
            return outcomes;
        }
    }
}
