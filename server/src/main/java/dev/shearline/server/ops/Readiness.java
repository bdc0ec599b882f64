package dev.shearline.server.ops;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks all checks at once. What does not answer in time, or throws, is not ready. */
final class Readiness {

    static final Duration CHECK_TIME_MAX = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(Readiness.class);

    record Report(boolean ready, Map<String, Health> checks) {}

    private final List<HealthCheck> checks;

    Readiness(List<HealthCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    Report ask() throws InterruptedException {
        var asked = new LinkedHashMap<String, CompletableFuture<Health>>();
        for (var check : checks) {
            var answer = new CompletableFuture<Health>();
            Thread.ofVirtual()
                    .name("health-" + check.name())
                    .start(() -> answer.completeAsync(check.question(), Runnable::run));
            asked.put(check.name(), answer);
        }
        long until = System.nanoTime() + CHECK_TIME_MAX.toNanos();
        var found = new LinkedHashMap<String, Health>();
        for (var entry : asked.entrySet()) {
            found.put(entry.getKey(), answerOf(entry.getKey(), entry.getValue(), until));
        }
        return new Report(found.values().stream().allMatch(Health.Ready.class::isInstance), found);
    }

    private static Health answerOf(String name, CompletableFuture<Health> answer, long until)
            throws InterruptedException {
        try {
            return answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Health.NotReady("no answer within " + CHECK_TIME_MAX.toMillis() + " ms");
        } catch (ExecutionException | CompletionException e) {
            log.warn("the health check {} failed", name, e);
            return new Health.NotReady("the check failed, see the log");
        }
    }
}
