package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LooksTest {

    private static final Epoch HERE = new Epoch(1, 1);
    private static final long PATIENCE_S = 30;

    private final List<List<Epoch>> asked = Collections.synchronizedList(new ArrayList<>());

    @Test
    void who_asks_during_a_look_shares_the_next_one_with_all_who_do() throws Exception {
        var began = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var looks = new Looks(entries -> {
            asked.add(entries);
            began.countDown();
            await(goOn);
            return new Nodes.Look(List.of(), new HashSet<>(entries));
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> looks.at(new Epoch(2, 2), HERE).get());
            await(began);
            var second = threads.submit(() -> looks.at(new Epoch(3, 3), HERE).get());
            // the second leads the next look, and waits for its turn
            while (!looks.isAwaited()) {
                Thread.onSpinWait();
            }
            CompletableFuture<Nodes.Look> third = looks.at(new Epoch(4, 4), HERE);
            assertThat(third).isNotDone();
            goOn.countDown();
            assertThat(first.get(PATIENCE_S, TimeUnit.SECONDS).held()).containsExactlyInAnyOrder(new Epoch(2, 2), HERE);
            assertThat(second.get(PATIENCE_S, TimeUnit.SECONDS).held())
                    .containsExactlyInAnyOrder(new Epoch(3, 3), new Epoch(4, 4), HERE);
            assertThat(third.get(PATIENCE_S, TimeUnit.SECONDS)).isSameAs(second.get());
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void a_look_that_fails_fails_for_those_who_shared_it_and_for_nobody_after() throws Exception {
        var looks = new Looks(entries -> {
            asked.add(entries);
            if (asked.size() == 1) {
                throw new IllegalStateException("away");
            }
            return new Nodes.Look(List.of(), new HashSet<>(entries));
        });
        assertThatThrownBy(() -> looks.at(HERE, HERE).get())
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("away");
        assertThat(looks.at(HERE, HERE).get().held()).containsExactly(HERE);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
