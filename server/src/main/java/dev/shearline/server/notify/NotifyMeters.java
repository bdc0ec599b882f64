package dev.shearline.server.notify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What is measured of notifications. */
final class NotifyMeters {

    private static final String DELIVERIES = "shearline_webhook_attempts";
    private static final String MAILS = "shearline_mails";
    private static final String OUTCOME = "outcome";
    private static final double MILLIS = 1_000;

    private final Counter delivered;
    private final Counter retried;
    private final Counter failed;
    private final MeterRegistry registry;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong oldestMillis = new AtomicLong();

    NotifyMeters(MeterRegistry registry) {
        this.registry = registry;
        delivered = attempts(registry, "delivered");
        retried = attempts(registry, "retried");
        failed = attempts(registry, "failed");
        for (var outcome : List.of("sent", "retried", "failed")) {
            var _ = mails(outcome);
        }
        Gauge.builder("shearline_notifications_waiting", waiting, AtomicLong::doubleValue)
                .description("Notifications that wait to be spread, delivered or mailed")
                .register(registry);
        Gauge.builder("shearline_notifications_oldest_seconds", oldestMillis, age -> age.get() / MILLIS)
                .description("For how long the oldest of them has waited")
                .register(registry);
    }

    private static Counter attempts(MeterRegistry registry, String outcome) {
        return Counter.builder(DELIVERIES)
                .tag(OUTCOME, outcome)
                .description("Attempts at webhooks by what came of them")
                .register(registry);
    }

    private Counter mails(String outcome) {
        return Counter.builder(MAILS)
                .tag(OUTCOME, outcome)
                .description("Attempts at mail by what came of them")
                .register(registry);
    }

    /** @param outcome {@code sent}, {@code retried} or {@code failed} */
    void mailed(String outcome) {
        mails(outcome).increment();
    }

    void delivered() {
        delivered.increment();
    }

    void retried() {
        retried.increment();
    }

    void failed() {
        failed.increment();
    }

    void waiting(long count, Duration oldest) {
        waiting.set(count);
        oldestMillis.set(Math.max(0, oldest.toMillis()));
    }
}
