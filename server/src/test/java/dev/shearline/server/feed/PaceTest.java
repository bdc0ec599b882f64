package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a wait is at least can be asserted on any machine; how long it is at most only with much patience. */
@Timeout(60)
class PaceTest {

    private static final Duration CALL = Duration.ofMillis(30);
    private static final Threads THREADS = Threads.of(System::nanoTime);
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    @Test
    void the_next_call_is_as_many_times_later_as_the_last_one_took() throws InterruptedException {
        var pace = new Pace(THREADS, 3, DAY_MS);
        long began = System.nanoTime();
        callOf(pace, CALL);
        pace.await();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(CALL.multipliedBy(4));
    }

    @Test
    void a_long_call_keeps_the_next_one_no_longer_than_the_limit() throws InterruptedException {
        var pace = new Pace(THREADS, 1_000_000, 1);
        callOf(pace, CALL);
        // without the limit this takes hours
        pace.await();
    }

    @Test
    void before_the_first_call_nobody_waits() throws InterruptedException {
        new Pace(THREADS, 1_000_000, DAY_MS).await();
    }

    @Test
    void who_is_interrupted_waits_no_longer() {
        var pace = new Pace(THREADS, 1_000_000, DAY_MS);
        callOf(pace, CALL);
        Thread.currentThread().interrupt();
        assertThatThrownBy(pace::await).isInstanceOf(InterruptedException.class);
    }

    private static void callOf(Pace pace, Duration length) {
        pace.callBegins();
        long until = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        pace.callEnded();
    }
}
