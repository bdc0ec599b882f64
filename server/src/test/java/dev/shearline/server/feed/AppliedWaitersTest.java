package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AppliedWaitersTest {

    private final AppliedWaiters waiters = new AppliedWaiters();

    @Test
    void they_are_told_when_their_epoch_is_applied_and_not_before() {
        var third = waiters.await(3);
        var second = waiters.await(2);
        waiters.advance(2);
        assertThat(second).isCompletedWithValue(true);
        assertThat(third).isNotDone();
        waiters.advance(5);
        assertThat(third).isCompletedWithValue(true);
        assertThat(waiters.await(5)).isCompletedWithValue(true);
    }

    @Test
    void after_a_loading_that_went_back_they_wait_for_what_is_not_there_any_more() {
        waiters.advance(9);
        waiters.advance(4);
        assertThat(waiters.await(7)).isNotDone();
    }

    @Test
    void one_too_many_is_told_at_once_that_it_cannot_wait() {
        LongStream.range(0, AppliedWaiters.WAITERS_MAX)
                .forEach(_ -> assertThat(waiters.await(9)).isNotDone());
        assertThat(waiters.await(9)).isCompletedWithValue(false);
    }

    @Test
    void those_who_gave_up_make_room() {
        LongStream.range(0, AppliedWaiters.WAITERS_MAX)
                .forEach(_ -> waiters.await(9).complete(false));
        assertThat(waiters.await(9)).isNotDone();
    }
}
