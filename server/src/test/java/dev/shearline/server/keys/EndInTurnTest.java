package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import dev.shearline.token.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever makes keys without a pause shares locks that whoever ends them needs alone: they take turns, and nobody waits for a gap. */
@Tag("storage")
class EndInTurnTest {

    private static final int CREATORS = 6;
    private static final int CREATES_MAX = 3_000;
    private static final int CREATES_BEFORE = 30;

    private static Cluster cluster;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Creates until it is refused, and says with which status. */
    private static int create(String secret, CountDownLatch begun) {
        var holder = cluster.api().as(Secret.of(secret));
        for (int i = 0; i < CREATES_MAX; i++) {
            var body = Map.of("type", "team", "organization", acme, "name", "n", "scopes", List.of());
            int status = holder.post("/v1/keys", body).status();
            if (status != 201) {
                return status;
            }
            begun.countDown();
        }
        return 201;
    }

    private static void assertEnds(Runnable end, Integer... refusals) throws Exception {
        var secret = cluster.issue(acme, "keys:*").at("secret");
        assertEnds(secret, end, refusals);
    }

    private static void assertEnds(String secret, Runnable end, Integer... refusals)
            throws InterruptedException, ExecutionException {
        var begun = new CountDownLatch(CREATES_BEFORE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var creators = new ArrayList<Future<Integer>>();
            for (int i = 0; i < CREATORS; i++) {
                creators.add(threads.submit(() -> create(secret, begun)));
            }
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            end.run();
            for (var creator : creators) {
                assertThat(creator.get()).isIn((Object[]) refusals);
            }
        }
    }

    @Test
    void a_key_that_makes_keys_without_a_pause_is_revoked() throws Exception {
        var key = cluster.issue(acme, "keys:*");
        assertEnds(
                key.at("secret"),
                () -> assertThat(cluster.api()
                                .post("/v1/keys/" + key.at("id") + "/revoke")
                                .expect(200)
                                .at("propagation/complete"))
                        .isEqualTo("true"),
                401);
    }

    @Test
    void an_organization_whose_keys_make_keys_without_a_pause_is_suspended() throws Exception {
        assertEnds(
                () -> cluster.api()
                        .post("/v1/organizations/" + acme + "/suspend")
                        .expect(200),
                401,
                409);
        cluster.api().post("/v1/organizations/" + acme + "/resume").expect(200);
    }
}
