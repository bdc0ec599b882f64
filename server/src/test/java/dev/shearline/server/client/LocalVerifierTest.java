package dev.shearline.server.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.client.LocalVerifier;
import dev.shearline.client.Question;
import dev.shearline.client.Requirement;
import dev.shearline.client.Shearline;
import dev.shearline.client.Verdict;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The local verifier follows one node, while changes are made on another. */
class LocalVerifierTest {

    private static final Requirement READ = Requirement.scopes("sessions:read");
    private static final Duration WITHIN = Duration.ofSeconds(1);

    private static Cluster cluster;
    private static String acme;
    private static LocalVerifier verifier;

    @BeforeAll
    static void start() throws InterruptedException {
        cluster = Cluster.start(2);
        acme = cluster.organization("acme");
        verifier = follow(cluster.issue(acme, "keys:verify").at("secret"));
    }

    @AfterAll
    static void stop() {
        verifier.close();
        cluster.close();
    }

    private static LocalVerifier follow(String key) throws InterruptedException {
        var started = Shearline.connect(Cluster.uri(cluster.node(1)).toString(), key)
                .localVerifier()
                .start();
        assertThat(started.awaitFresh(Duration.ofSeconds(30))).isTrue();
        return started;
    }

    private static String ask(Api.Answer key) {
        return verifier.verify(key.at("secret"), READ).code();
    }

    private static long counted(Api.Answer key) {
        return cluster.api()
                .get("/v1/keys/" + key.at("id") + "/usage?granularity=hour")
                .expect(200)
                .json()
                .at("/total/allowed")
                .asLong();
    }

    @Test
    void a_revoked_key_is_refused_within_a_second() {
        for (int i = 0; i < 20; i++) {
            var key = cluster.issue(acme, "sessions:read");
            assertThat(ask(key)).isEqualTo("allowed");
            assertThat(ask(key)).isEqualTo("allowed");
            long began = System.nanoTime();
            cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            Eventually.isTrue("refused", () -> ask(key).equals("revoked"));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(WITHIN);
        }
    }

    @Test
    void whatever_a_key_depends_on_reaches_what_is_remembered() {
        var other = cluster.organization("dependent");
        var operator = cluster.api();
        try (var followsAll = follow(cluster.operator().reveal())) {
            var key = cluster.issue(other, "sessions:read");
            assertThat(followsAll.verify(key.at("secret"), READ).isAllowed()).isTrue();
            operator.post("/v1/organizations/" + other + "/suspend").expect(200);
            Eventually.isTrue(
                    "refused",
                    () -> followsAll.verify(key.at("secret"), READ).code().equals("owner_inactive"));
            operator.post("/v1/organizations/" + other + "/resume").expect(200);
            Eventually.isTrue(
                    "allowed", () -> followsAll.verify(key.at("secret"), READ).isAllowed());
            operator.patch("/v1/keys/" + key.at("id"), Map.of("scopes", List.of("audit:read")))
                    .expect(200);
            Eventually.isTrue(
                    "refused",
                    () -> followsAll.verify(key.at("secret"), READ).code().equals("insufficient_scope"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void addresses_are_decided_here_and_a_change_of_them_is_heard() {
        var key = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "name",
                                "bound",
                                "organization",
                                acme,
                                "scopes",
                                List.of("sessions:read"),
                                "cidrs",
                                List.of("10.0.0.0/8", "2001:db8::/32")))
                .expect(201);
        var secret = key.at("secret");
        assertThat(verifier.verify(secret, READ, "10.1.2.3").isAllowed()).isTrue();
        int remembered = verifier.size();
        assertThat(verifier.verify(secret, READ, "2001:db8::7").isAllowed()).isTrue();
        assertThat(verifier.verify(secret, READ, "192.0.2.1").code()).isEqualTo("address_not_allowed");
        assertThat(verifier.size()).isEqualTo(remembered);
        cluster.api()
                .patch("/v1/keys/" + key.at("id"), Map.of("cidrs", List.of("192.0.2.0/24")))
                .expect(200);
        Eventually.isTrue(
                "heard", () -> verifier.verify(secret, READ, "192.0.2.1").isAllowed());
        assertThat(verifier.verify(secret, READ, "10.1.2.3").code()).isEqualTo("address_not_allowed");
    }

    @Test
    void a_single_use_token_is_spent_by_one_of_many_who_present_it_at_once() throws Exception {
        var token = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "ephemeral",
                                "name",
                                "once",
                                "organization",
                                acme,
                                "scopes",
                                List.of("sessions:read")))
                .expect(201);
        var threads = Executors.newFixedThreadPool(8);
        try {
            var codes = new ArrayList<String>();
            Callable<String> use = () -> ask(token);
            for (Future<String> each : threads.invokeAll(List.of(use, use, use, use, use, use, use, use))) {
                codes.add(each.get());
            }
            assertThat(codes).containsOnlyOnce("allowed").containsOnly("allowed", "already_used");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void each_use_counts_once_whoever_has_answered_it() throws InterruptedException {
        var key = cluster.issue(acme, "sessions:read");
        try (var counting = follow(cluster.issue(acme, "keys:verify").at("secret"))) {
            for (int i = 0; i < 10; i++) {
                assertThat(counting.verify(key.at("secret"), READ).isAllowed()).isTrue();
            }
        }
        Eventually.isTrue("counted", () -> counted(key) == 10);
    }

    @Test
    void a_verifier_whose_own_key_is_revoked_says_nothing_more() throws InterruptedException {
        var own = cluster.issue(acme, "keys:verify");
        var key = cluster.issue(acme, "sessions:read");
        try (var orphan = follow(own.at("secret"))) {
            assertThat(orphan.verify(key.at("secret"), READ).isAllowed()).isTrue();
            cluster.api().post("/v1/keys/" + own.at("id") + "/revoke").expect(200);
            Eventually.isTrue(
                    "no verdict",
                    () -> orphan.verify(key.at("secret"), READ) instanceof Verdict.Unavailable none
                            && none.code().equals("unauthenticated"));
        }
    }

    @Test
    void a_key_of_another_organization_is_unknown_also_from_memory() {
        var foreign = cluster.issue(cluster.organization("foreign"), "sessions:read");
        assertThat(ask(foreign)).isEqualTo("not_found");
        assertThat(ask(foreign)).isEqualTo("not_found");
        assertThat(verifier.verify(Question.about("shl_live_sk_none").requiring(READ))
                        .code())
                .isEqualTo("malformed");
    }
}
