package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LooksTest {

    private static final Epoch HERE = new Epoch(1, 1);
    private static final Epoch ONE = new Epoch(2, 2);
    private static final Epoch TWO = new Epoch(3, 3);
    private static final Epoch THREE = new Epoch(4, 4);
    private static final Duration LONG = Duration.ofHours(1);
    private static final Threads THREADS = Threads.of(System::nanoTime);
    private static final long PATIENCE_S = 60;

    private final List<List<Epoch>> asked = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void who_asks_during_a_look_shares_the_next_one_with_all_who_do() throws Exception {
        var looks = new Looks(this::firstIsSlow, LONG, THREADS);
        var first = looks.at(ONE, HERE);
        await(began);
        var second = looks.at(TWO, HERE);
        var third = looks.at(THREE, HERE);
        assertThat(second).isNotDone();
        goOn.countDown();
        assertThat(held(first)).containsExactlyInAnyOrder(ONE, HERE);
        assertThat(held(second)).containsExactlyInAnyOrder(TWO, THREE, HERE);
        assertThat(third).isSameAs(second);
        assertThat(asked).hasSize(2);
    }

    @Test
    void a_look_that_takes_too_long_does_not_keep_the_next_one_waiting() throws Exception {
        var looks = new Looks(this::firstIsSlow, Duration.ofMillis(1), THREADS);
        var first = looks.at(ONE, HERE);
        await(began);
        assertThat(held(looks.at(TWO, HERE))).containsExactlyInAnyOrder(TWO, HERE);
        assertThat(first).isNotDone();
        goOn.countDown();
        assertThat(held(first)).containsExactlyInAnyOrder(ONE, HERE);
    }

    @Test
    void a_look_that_fails_fails_for_those_who_shared_it_and_for_nobody_after() throws Exception {
        var looks = new Looks(
                entries -> {
                    asked.add(entries);
                    if (asked.size() == 1) {
                        throw new IllegalStateException("away");
                    }
                    return seen(entries);
                },
                LONG,
                THREADS);
        assertThatThrownBy(() -> held(looks.at(HERE, HERE)))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("away");
        assertThat(held(looks.at(HERE, HERE))).containsExactly(HERE);
    }

    private Nodes.Look firstIsSlow(List<Epoch> entries) {
        asked.add(entries);
        if (entries.contains(ONE)) {
            began.countDown();
            await(goOn);
        }
        return seen(entries);
    }

    private static Nodes.Look seen(List<Epoch> entries) {
        return new Nodes.Look(List.of(), new HashSet<>(entries), Instant.EPOCH);
    }

    private static Iterable<Epoch> held(CompletableFuture<Nodes.Look> look) throws Exception {
        return look.get(PATIENCE_S, TimeUnit.SECONDS).held();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
