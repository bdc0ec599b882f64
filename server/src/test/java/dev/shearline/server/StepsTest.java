package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepsTest {

    private final List<String> taken = new ArrayList<>();

    @AfterEach
    void clear() {
        var _ = Thread.interrupted();
    }

    @Test
    void what_one_throws_keeps_none_of_the_others_from_being_taken() {
        try (var steps = new Steps()) {
            steps.take("throw", () -> {
                throw new IllegalStateException("on purpose");
            });
            steps.take("fail", () -> {
                throw new AssertionError("on purpose");
            });
            steps.take("go on", () -> taken.add("last"));
        }
        assertThat(taken).containsExactly("last");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void an_interrupt_from_before_or_from_under_way_is_kept_until_the_last_is_done() {
        Thread.currentThread().interrupt();
        try (var steps = new Steps()) {
            steps.take("see none", this::noteInterrupt);
            steps.take("be interrupted", () -> Thread.currentThread().interrupt());
            steps.take("see none", this::noteInterrupt);
        }
        assertThat(taken).containsExactly("false", "false");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    private void noteInterrupt() {
        taken.add(Boolean.toString(Thread.currentThread().isInterrupted()));
    }
}
