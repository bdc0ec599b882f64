package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.ValkeyProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two nodes that share rate limits, as callers of the API meet them while Valkey goes and comes. */
@Tag("storage")
class SharedLimitsTest {

    private static final String PASSWORD = "a-pass" + "word";

    private static String key(Cluster cluster, String acme, long amount, String per) {
        var limit = Map.of("amount", amount, "per", per);
        return cluster.api()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "name",
                                "n",
                                "organization",
                                acme,
                                "scopes",
                                List.of(),
                                "rate_limits",
                                List.of(limit)))
                .expect(201)
                .at("secret");
    }

    @Test
    void valkey_goes_and_comes_under_load_and_every_question_is_answered() throws Exception {
        try (var valkey = ValkeyProcess.start(PASSWORD);
                var cluster = Cluster.start(
                        2, Map.of(Setting.VALKEY_URL, "redis://:" + PASSWORD + "@127.0.0.1:" + valkey.port()));
                var users = Executors.newVirtualThreadPerTaskExecutor()) {
            var acme = cluster.organization("acme");
            assertShared(cluster, acme);
            var used = key(cluster, acme, 1_000_000, "second");
            var answered = new AtomicLong();
            var codes = ConcurrentHashMap.<String>newKeySet();
            var stopped = new AtomicBoolean();
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                var api = cluster.api(i % 2);
                running.add(users.submit(() -> {
                    while (!stopped.get()) {
                        codes.add(api.verify(used));
                        answered.incrementAndGet();
                    }
                }));
            }
            awaitMore(answered);
            valkey.kill();
            awaitMore(answered);
            valkey.startAgain();
            awaitMore(answered);
            assertShared(cluster, acme);
            stopped.set(true);
            for (var each : running) {
                each.get();
            }
            assertThat(codes).containsExactly("allowed");
        }
    }

    private static void awaitMore(AtomicLong answered) {
        long before = answered.get();
        Eventually.isTrue("questions are answered", () -> answered.get() > before + 200);
    }

    private static void assertShared(Cluster cluster, String acme) {
        Eventually.isTrue("what one node grants the other does not", () -> {
            var key = key(cluster, acme, 100, "month");
            return use(cluster.api(0), key, 60).equals("allowed")
                    && use(cluster.api(1), key, 1).equals("allowed")
                    && refusesSoon(cluster.api(1), key);
        });
    }

    private static boolean refusesSoon(Api api, String key) {
        for (int i = 0; i < 30; i++) {
            if (use(api, key, 1).equals("rate_limited")) {
                return false;
            }
            if (probe(api, key, 40).equals("rate_limited")) {
                return true;
            }
        }
        return false;
    }

    private static String use(Api api, String key, int cost) {
        return api.post("/v1/keys/verify", Map.of("key", key, "cost", cost))
                .expect(200)
                .code();
    }

    private static String probe(Api api, String key, int cost) {
        return api.post("/v1/keys/verify", Map.of("key", key, "cost", cost, "probe", true))
                .expect(200)
                .code();
    }
}
