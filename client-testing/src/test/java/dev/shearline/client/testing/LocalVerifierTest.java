package dev.shearline.client.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.client.LocalVerifier;
import dev.shearline.client.LocalVerifier.WhenStale;
import dev.shearline.client.Question;
import dev.shearline.client.Requirement;
import dev.shearline.client.Shearline;
import dev.shearline.client.ShearlineException;
import dev.shearline.client.Verdict;
import dev.shearline.client.VerifierMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a local verifier does on a real connection, above all when what it hears cannot be believed. */
@ExtendWith(FakeShearlineExtension.class)
class LocalVerifierTest {

    private static final Requirement READ = Requirement.scopes("orders:read");
    private static final Duration BOUND = Duration.ofSeconds(1);

    private static LocalVerifier follow(FakeShearline shearline, UnaryOperator<LocalVerifier.Builder> settings)
            throws InterruptedException {
        var verifier = settings.apply(shearline.connect().localVerifier()).start();
        assertThat(verifier.awaitFresh(Duration.ofSeconds(30))).isTrue();
        return verifier;
    }

    private static LocalVerifier follow(FakeShearline shearline) throws InterruptedException {
        return follow(shearline, settings -> settings);
    }

    /** The connection of {@link #follow(FakeShearline)} with the least bound. */
    private static LocalVerifier followClosely(FakeShearline shearline) throws InterruptedException {
        return follow(shearline, settings -> settings.staleness(BOUND).timeout(Duration.ofMillis(300)));
    }

    private static String ask(LocalVerifier verifier, FakeKey key) {
        return verifier.verify(key.secret(), READ).code();
    }

    @Test
    void the_server_is_asked_once(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:*");
        try (var verifier = follow(shearline)) {
            for (int i = 0; i < 100; i++) {
                assertThat(ask(verifier, key)).isEqualTo("allowed");
            }
            assertThat(verifier.verify(key.secret(), Requirement.scopes("keys:write"))
                            .code())
                    .isEqualTo("insufficient_scope");
            assertThat(shearline.questions()).isEqualTo(2);
            assertThat(verifier.size()).isEqualTo(2);
            var verdict = verifier.verify(key.secret(), READ);
            assertThat(verdict.key().orElseThrow().id()).isEqualTo(key.id());
            assertThat(verdict.key().orElseThrow().holds("orders:write")).isTrue();
        }
    }

    @Test
    void a_revoked_key_is_refused_when_the_change_has_come(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:read");
        var other = shearline.issue("orders:read");
        try (var verifier = follow(shearline)) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            assertThat(ask(verifier, other)).isEqualTo("allowed");
            shearline.revoke(key);
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("revoked"));
            int asked = shearline.questions();
            assertThat(ask(verifier, other)).isEqualTo("allowed");
            assertThat(shearline.questions()).isEqualTo(asked);
        }
    }

    @Test
    void a_change_that_was_lost_on_its_way_is_noticed_at_the_next_event(FakeShearline shearline)
            throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier = follow(shearline)) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            shearline.loseNextChange();
            shearline.revoke(key);
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("revoked"));
        }
    }

    @Test
    void who_is_cut_off_goes_on_where_it_was(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:read");
        var revoked = shearline.issue("orders:read");
        var connections = new AtomicInteger();
        var counting = new VerifierMetrics() {
            @Override
            public void connected() {
                connections.incrementAndGet();
            }
        };
        try (var verifier = follow(shearline, settings -> settings.metrics(counting))) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            assertThat(ask(verifier, revoked)).isEqualTo("allowed");
            shearline.endStreams();
            shearline.revoke(revoked);
            Eventually.isTrue("back", () -> connections.get() == 2);
            Eventually.isTrue("refused", () -> ask(verifier, revoked).equals("revoked"));
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            assertThat(shearline.questions()).isEqualTo(3);
        }
    }

    @Test
    void after_the_bound_a_silent_server_is_no_reason_to_let_anybody_in(FakeShearline shearline)
            throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier = followClosely(shearline)) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            shearline.goSilent();
            shearline.revoke(key);
            long revoked = System.nanoTime();
            Eventually.isTrue("no verdict", () -> ask(verifier, key).equals("unreachable"));
            assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(BOUND.multipliedBy(3));
            shearline.behave();
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("revoked"));
            Eventually.isTrue("fresh", verifier::isFresh);
        }
    }

    @Test
    void a_stream_that_holds_changes_back_is_found_out_within_the_bound(FakeShearline shearline)
            throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier = followClosely(shearline)) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            shearline.silenceStreams();
            shearline.revoke(key);
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("revoked"));
            assertThat(verifier.isFresh()).isFalse();
        }
    }

    @Test
    void who_is_set_so_refuses_without_asking_when_memory_is_too_old(FakeShearline shearline)
            throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier =
                follow(shearline, settings -> settings.staleness(BOUND).whenStale(WhenStale.REFUSE))) {
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            shearline.silenceStreams();
            shearline.issue("something:else");
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("stale"));
            assertThat(shearline.questions()).isEqualTo(1);
        }
    }

    @Test
    void garbage_on_the_stream_forgets_everything_and_the_stream_is_opened_anew(FakeShearline shearline)
            throws InterruptedException {
        var key = shearline.issue("orders:read");
        for (var garbage : List.of(
                "event: change\nid: 1-00000000000000ff\ndata: {\n\n",
                "event: heartbeat\ndata: {\"epoch\":\"many\"}\n\n",
                "event: change\nid: 7-0000000000000007\ndata: {\"epoch\":7,\"tag\":\"0000000000000007\",\"ids\":[]}\n\n",
                "event: heartbeat\nid: 1-0000000000000001\ndata: {\"epoch\":1,\"tag\":\"0000000000000001\"}\n\n",
                "data: " + "x".repeat(2 * 1024 * 1024))) {
            var resets = new AtomicInteger();
            var watching = new VerifierMetrics() {
                @Override
                public void reset(String why) {
                    resets.incrementAndGet();
                }
            };
            try (var verifier = follow(shearline, settings -> settings.metrics(watching))) {
                assertThat(ask(verifier, key)).isEqualTo("allowed");
                resets.set(0);
                shearline.say(garbage);
                Eventually.isTrue("given up: " + garbage.substring(0, 20), () -> resets.get() > 0);
                Eventually.isTrue("back", verifier::isFresh);
                assertThat(ask(verifier, key)).isEqualTo("allowed");
            }
        }
    }

    @Test
    void endless_resets_make_every_question_one_for_the_server(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier = follow(shearline)) {
            for (int i = 0; i < 1_000; i++) {
                shearline.reset();
            }
            assertThat(ask(verifier, key)).isEqualTo("allowed");
            shearline.revoke(key);
            Eventually.isTrue("refused", () -> ask(verifier, key).equals("revoked"));
            Eventually.isTrue("fresh", verifier::isFresh);
        }
    }

    @Test
    void garbage_for_an_answer_is_no_answer(FakeShearline shearline) throws InterruptedException {
        try (var verifier = followClosely(shearline)) {
            for (var garbage : List.of(
                    "<html>welcome</html>",
                    "",
                    "[]",
                    "{\"valid\":true}",
                    "{\"valid\":true,\"code\":\"allowed\"}",
                    "null")) {
                shearline.answer(200, garbage);
                var verdict = verifier.verify(shearline.newKey().secret(), READ);
                assertThat(verdict).as(garbage).isInstanceOf(Verdict.Unavailable.class);
                assertThat(verdict.code()).as(garbage).isEqualTo(ShearlineException.UNEXPECTED_ANSWER);
            }
            shearline.answer(200, "x".repeat(5 * 1024 * 1024));
            assertThat(verifier.verify(shearline.newKey().secret(), READ).isAllowed())
                    .isFalse();
            for (int status : List.of(302, 401, 403, 404, 429, 500, 502, 503)) {
                shearline.answer(status, "{\"code\":\"whatever\"}");
                assertThat(verifier.verify(shearline.newKey().secret(), READ))
                        .as("status " + status)
                        .isInstanceOf(Verdict.Unavailable.class);
            }
        }
    }

    @Test
    void what_is_wrong_with_the_question_is_told_to_who_asked(FakeShearline shearline) throws InterruptedException {
        try (var verifier = follow(shearline)) {
            shearline.answer(422, "{\"code\":\"invalid_field\",\"detail\":\"No.\",\"field\":\"scopes\"}");
            assertThatThrownBy(() -> verifier.verify(shearline.newKey().secret(), Requirement.scopes("no scope")))
                    .isInstanceOfSatisfying(ShearlineException.class, problem -> {
                        assertThat(problem.code()).isEqualTo("invalid_field");
                        assertThat(problem.field()).contains("scopes");
                    });
        }
    }

    @Test
    void addresses_and_times_are_decided_here(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue(
                shearline.newKey().scopes("orders:read").from("10.0.0.0/8").expiring(Duration.ofMillis(300)));
        try (var verifier = follow(shearline)) {
            assertThat(verifier.verify(key.secret(), READ, "10.1.1.1").isAllowed())
                    .isTrue();
            assertThat(verifier.verify(key.secret(), READ, "192.0.2.1").code()).isEqualTo("address_not_allowed");
            assertThat(verifier.verify(key.secret(), READ).code()).isEqualTo("address_not_allowed");
            assertThat(shearline.questions()).isEqualTo(1);
            Eventually.isTrue("asked again when its time is over", () -> {
                assertThat(verifier.verify(key.secret(), READ, "10.1.1.1").isAllowed())
                        .isTrue();
                return shearline.questions() == 2;
            });
        }
    }

    @Test
    void who_asks_at_the_same_time_shares_an_answer_that_may_be_remembered_and_no_other(FakeShearline shearline)
            throws Exception {
        var key = shearline.issue("orders:read");
        var token = shearline.issue(shearline.newKey().scopes("orders:read").notCacheable());
        try (var verifier = follow(shearline)) {
            shearline.silenceStreams();
            assertThat(askTogether(verifier, key)).containsOnly("allowed");
            assertThat(shearline.questions()).isLessThan(16);
            int before = shearline.questions();
            assertThat(askTogether(verifier, token)).containsOnly("allowed");
            assertThat(shearline.questions()).isEqualTo(before + 16);
        }
    }

    private static List<String> askTogether(LocalVerifier verifier, FakeKey key) throws Exception {
        var threads = Executors.newFixedThreadPool(16);
        try {
            var go = new CountDownLatch(1);
            var asked = new ArrayList<Future<String>>();
            for (int i = 0; i < 16; i++) {
                asked.add(threads.submit(() -> {
                    go.await();
                    return ask(verifier, key);
                }));
            }
            go.countDown();
            var codes = new ArrayList<String>();
            for (var each : asked) {
                codes.add(each.get());
            }
            return codes;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void what_was_answered_is_reported_once_also_at_the_end(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:read");
        try (var verifier = follow(shearline)) {
            for (int i = 0; i < 11; i++) {
                assertThat(ask(verifier, key)).isEqualTo("allowed");
            }
            assertThat(verifier.verify(
                                    Question.about(key.secret()).requiring(READ).asProbe())
                            .isAllowed())
                    .isTrue();
        }
        // the first one was the server's to count
        assertThat(shearline.reported(key, "allowed")).isEqualTo(10);
    }

    @Test
    void memory_has_a_largest_size(FakeShearline shearline) throws InterruptedException {
        try (var verifier = follow(shearline, settings -> settings.entriesMax(10))) {
            var last = shearline.issue("orders:read");
            for (int i = 0; i < 50; i++) {
                assertThat(ask(verifier, shearline.issue("orders:read"))).isEqualTo("allowed");
                assertThat(ask(verifier, last)).isEqualTo("allowed");
                assertThat(verifier.size()).isLessThanOrEqualTo(10);
            }
        }
    }

    @Test
    void a_verifier_whose_own_key_is_not_good_says_nothing(FakeShearline shearline) {
        var stranger = Shearline.connect(shearline.url(), shearline.newKey().secret());
        var key = shearline.issue("orders:read");
        try (var verifier = stranger.localVerifier().start()) {
            var verdict = verifier.verify(key.secret(), READ);
            assertThat(verdict).isInstanceOf(Verdict.Unavailable.class);
            assertThat(verdict.code()).isEqualTo("unauthenticated");
            assertThat(verifier.isFresh()).isFalse();
        }
    }

    @Test
    void after_its_end_the_server_is_asked(FakeShearline shearline) throws InterruptedException {
        var key = shearline.issue("orders:read");
        var verifier = follow(shearline);
        assertThat(ask(verifier, key)).isEqualTo("allowed");
        verifier.close();
        shearline.revoke(key);
        assertThat(ask(verifier, key)).isEqualTo("revoked");
        Eventually.isTrue("nobody follows", () -> {
            shearline.reset();
            return shearline.streams() == 0;
        });
    }
}
