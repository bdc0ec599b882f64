package dev.shearline.client;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Reports what was counted. A report is cumulative under a random name, so that one whose answer was lost is sent again and counts once.
 * Each hour begins a new name, so that neither side keeps one for ever.
 */
final class UsageReporter {

    /** Runs that wait for a server that takes them; beyond, the oldest is given up. */
    static final int RUNS_MAX = 24;

    private static final int SOURCE_BYTES = 16;

    /** What became of a report. */
    enum Sent {
        TAKEN,
        /** For good: it would be refused again. */
        REFUSED,
        /** Nobody has said anything: it is sent again. */
        UNANSWERED
    }

    /** Sends a report. */
    interface Sender {

        Sent send(Map<String, Object> report);
    }

    private final UsageCounts counts;
    private final Sender sender;
    private final Clocks clocks;
    private final VerifierMetrics metrics;
    private final SecureRandom random = new SecureRandom();
    private final ArrayDeque<UsageRun> ended = new ArrayDeque<>();
    private Instant hour = Instant.EPOCH;
    private Optional<UsageRun> current = Optional.empty();

    UsageReporter(UsageCounts counts, Sender sender, Clocks clocks, VerifierMetrics metrics) {
        this.counts = counts;
        this.sender = sender;
        this.clocks = clocks;
        this.metrics = metrics;
    }

    /** Collects, and sends what nobody has confirmed. */
    synchronized void report() {
        collect();
        while (!ended.isEmpty() && sent(ended.element(), true)) {
            ended.remove();
        }
        current.ifPresent(run -> sent(run, false));
    }

    /** Nothing is counted any more. */
    synchronized void end() {
        collect();
        endRun();
        while (!ended.isEmpty() && sent(ended.element(), true)) {
            ended.remove();
        }
    }

    private void collect() {
        var now = Instant.ofEpochMilli(clocks.millis()).truncatedTo(ChronoUnit.HOURS);
        if (!now.equals(hour)) {
            // what was counted at the end of the hour is found at its beginning: it goes to the one before
            if (current.isPresent()) {
                take(hour);
            }
            endRun();
            hour = now;
        }
        take(now);
    }

    private void take(Instant at) {
        counts.takeAll((keyId, outcome, count, units) -> {
            var run = current.orElseGet(() -> new UsageRun(name()));
            current = Optional.of(run);
            if (!run.add(keyId, at, outcome, count, units)) {
                metrics.usageLost(count);
            }
        });
    }

    private void endRun() {
        current.ifPresent(run -> {
            if (ended.size() == RUNS_MAX) {
                metrics.usageLost(ended.remove().unconfirmedCount());
            }
            ended.add(run);
        });
        current = Optional.empty();
    }

    /** Whether all of it has been taken. */
    private boolean sent(UsageRun run, boolean last) {
        if (run.isConfirmed() && !last) {
            return true;
        }
        do {
            switch (sender.send(run.report(last))) {
                case TAKEN -> {}
                case REFUSED -> metrics.usageLost(run.reportedCount());
                case UNANSWERED -> {
                    return false;
                }
            }
            run.confirm();
        } while (!run.isConfirmed());
        return true;
    }

    private String name() {
        var bytes = new byte[SOURCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
