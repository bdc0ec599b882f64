package dev.shearline.server.feed;

import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Many schedules, as many at a time as there are processors, until one does what must not be. */
final class Schedules {

    static final String FIRST = "shearline.simulation.first";
    static final String COUNT = "shearline.simulation.schedules";

    /** A schedule that has shown something wrong. */
    record Failed(long seed, Violation violation) {}

    /** What all of them have done, if none has failed. */
    record Outcome(Optional<Failed> failed, long schedules, long events, long promises, long allowed) {}

    private final Flaw flaw;
    private final AtomicLong next;
    private final long end;
    private final AtomicReference<Optional<Failed>> failed = new AtomicReference<>(Optional.empty());

    private Schedules(long first, long count, Flaw flaw) {
        this.flaw = flaw;
        this.next = new AtomicLong(first);
        this.end = first + count;
    }

    static Outcome run(long first, long count, Flaw flaw) throws Exception {
        var schedules = new Schedules(first, count, flaw);
        var workers = new ArrayList<Callable<Outcome>>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            workers.add(schedules::work);
        }
        try (var threads = Executors.newFixedThreadPool(workers.size())) {
            var sum = new Outcome(Optional.empty(), 0, 0, 0, 0);
            for (var part : threads.invokeAll(workers)) {
                sum = sum(sum, part.get());
            }
            return new Outcome(schedules.failed.get(), sum.schedules, sum.events, sum.promises, sum.allowed);
        }
    }

    private static Outcome sum(Outcome one, Outcome other) {
        return new Outcome(
                Optional.empty(),
                one.schedules + other.schedules,
                one.events + other.events,
                one.promises + other.promises,
                one.allowed + other.allowed);
    }

    private Outcome work() {
        var sum = new Outcome(Optional.empty(), 0, 0, 0, 0);
        for (long seed = next.getAndIncrement(); seed < end && failed.get().isEmpty(); seed = next.getAndIncrement()) {
            try {
                var report = Simulation.run(seed, flaw);
                sum = sum(sum, new Outcome(Optional.empty(), 1, report.events(), report.promises(), report.allowed()));
            } catch (Violation e) {
                failed.compareAndSet(Optional.empty(), Optional.of(new Failed(seed, e)));
            }
        }
        return sum;
    }

    /** How a schedule is run again. */
    static String again(long seed) {
        return "mvn -pl server -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=SimulationTest -D" + FIRST + "="
                + seed + " -D" + COUNT + "=1";
    }
}
