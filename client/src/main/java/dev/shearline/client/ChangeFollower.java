package dev.shearline.client;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Follows the stream of changes on a thread of its own, and comes back whenever it ends. */
final class ChangeFollower implements AutoCloseable {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(10);
    private static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(30);

    private final Http http;
    private final AnswerMemory memory;
    private final Clocks clocks;
    private final VerifierMetrics metrics;
    private final Duration timeout;
    private final Runnable begun;
    private final Runnable heard;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable InputStream> open = new AtomicReference<>();
    private final Thread thread;
    private volatile long lastHeard;

    /**
     * @param begun called when the first event of a stream has come
     * @param heard called at each event
     */
    ChangeFollower(
            Http http,
            AnswerMemory memory,
            Clocks clocks,
            VerifierMetrics metrics,
            Duration timeout,
            Runnable begun,
            Runnable heard) {
        this.http = http;
        this.memory = memory;
        this.clocks = clocks;
        this.metrics = metrics;
        this.timeout = timeout;
        this.begun = begun;
        this.heard = heard;
        this.thread = new Thread(this::run, "shearline-changes");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        int tries = 0;
        try {
            while (closing.getCount() > 0) {
                var pause = Pause.backOff(FIRST_PAUSE, tries, PAUSE_MAX);
                try {
                    var ended = follow();
                    tries = ended.heard() ? 0 : tries + 1;
                    pause = ended.retryAfter().orElse(pause);
                    metrics.disconnected(ended.why());
                } catch (IOException | RuntimeException e) {
                    tries++;
                    metrics.disconnected(String.valueOf(e.getMessage()));
                }
                if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How a stream has ended, and when to come back if it says so. */
    private record Ended(String why, boolean heard, Optional<Duration> retryAfter) {}

    private Ended follow() throws IOException, InterruptedException {
        var from = memory.position();
        if (from.isEmpty()) {
            memory.beginAnew();
        }
        lastHeard = clocks.nanos();
        var response = http.follow(from.map(Position::wire), timeout);
        try (var body = response.body()) {
            open.set(body);
            if (closing.getCount() == 0) {
                return new Ended("closed", false, Optional.empty());
            }
            if (response.statusCode() != 200) {
                if (response.statusCode() == 422) {
                    // of a position that nobody knows
                    memory.beginAnew();
                    metrics.reset("the server does not know where the last stream has ended");
                }
                var wait = new Http.Answer(response.statusCode(), response.headers(), new byte[0]).retryAfter();
                return new Ended(
                        "status " + response.statusCode(),
                        false,
                        wait.map(time -> time.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : time));
            }
            metrics.connected();
            return read(new EventReader(body));
        } finally {
            open.set(null);
        }
    }

    private Ended read(EventReader events) {
        boolean any = false;
        try {
            while (closing.getCount() > 0) {
                var event = events.next();
                var change = ChangeEvent.read(event.name(), event.id(), event.data());
                if (change.isEmpty()) {
                    continue;
                }
                var doubt = memory.take(change.get());
                if (doubt.isPresent()) {
                    metrics.reset(doubt.get());
                    return new Ended(doubt.get(), any, Optional.empty());
                }
                if (change.get().kind() == ChangeEvent.Kind.RESET) {
                    metrics.reset("the server has said so");
                }
                lastHeard = clocks.nanos();
                if (!any) {
                    any = true;
                    begun.run();
                }
                heard.run();
            }
            return new Ended("closed", any, Optional.empty());
        } catch (IllegalArgumentException e) {
            memory.beginAnew();
            metrics.reset(String.valueOf(e.getMessage()));
            return new Ended(String.valueOf(e.getMessage()), any, Optional.empty());
        } catch (IOException e) {
            return new Ended(String.valueOf(e.getMessage()), any, Optional.empty());
        }
    }

    /** Called now and then: a stream that has been silent for so long is given up, and another one opened. */
    void watch(Duration silence) {
        if (clocks.nanos() - lastHeard > silence.toNanos()) {
            drop();
        }
    }

    /** Gives up the stream that is open; another one follows. */
    void drop() {
        var body = open.get();
        if (body != null) {
            try {
                body.close();
            } catch (IOException e) {
                // it is given up in any case
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        drop();
        thread.interrupt();
    }
}
