package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is left of all limits on this node.
 *
 * <p>A record of the directory leads to its meter without a search ({@link Limited}); only the first use after a change asks the map, so that the
 * new record goes on with what was consumed under the old one. A meter leaves the map when no record leads to it any more and it
 * has nothing to remember.
 */
public final class Limits {

    private static final long SWEEP_FROM = 1_000;

    private record Held(Meter meter, WeakReference<Limited> by) {

        boolean isLost(long now) {
            return by.refersTo(null) && meter.isWhole(now);
        }
    }

    /** What was used of a quota before this node knew it. */
    record Remembered(MeterId id, Quota.Refill refill, long end, long used) {}

    private final Map<MeterId, Remembered> remembered = new ConcurrentHashMap<>();
    private final Queue<QuotaAllowance> unwritten = new ConcurrentLinkedQueue<>();
    private final Map<MeterId, Held> meters = new ConcurrentHashMap<>();
    private final AtomicLong sweepAt = new AtomicLong(SWEEP_FROM);
    private final TimeMeter time;
    private final Sharing sharing;

    /**
     * @param nanos a clock that nobody sets
     * @param without what rate limits do while they are to be shared and cannot; LOCAL where they are not
     */
    public Limits(LongSupplier nanos, Settings.WithoutValkey without) {
        this.time = new Clock(nanos);
        this.sharing = new Sharing(without);
    }

    private record Clock(LongSupplier nanos) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }

    /** Says whether nodes share rate limits now. */
    public void measure(MeterRegistry registry) {
        Gauge.builder("shearline_limits_shared", sharing, state -> state.isReached() ? 1 : 0)
                .description("Whether Valkey is reached, through which nodes share rate limits")
                .register(registry);
    }

    /** One use. */
    public record Use(boolean test, long cost, boolean probe, long now) {}

    /** Draws from all that have limits or from none; null where nothing has. A probe draws nothing. */
    public @Nullable Draw draw(
            @Nullable Limited key, @Nullable Limited owner, @Nullable Limited organization, Use use) {
        var draw = key == null ? null : draw(null, key, use);
        if (owner != null && (draw == null || draw.granted())) {
            draw = draw(draw, owner, use);
        }
        if (organization != null && (draw == null || draw.granted())) {
            draw = draw(draw, organization, use);
        }
        return draw;
    }

    private Draw draw(@Nullable Draw before, Limited limited, Use use) {
        var meter = meter(limited, use);
        var reading = use.probe() ? meter.look(use.cost(), use.now()) : meter.take(use.cost(), use.now());
        if (before == null) {
            return new Draw(reading, List.of(meter), use.cost(), use.now());
        }
        if (!reading.granted() && !use.probe()) {
            before.giveBack();
        }
        return before.and(meter, reading);
    }

    private Meter meter(Limited limited, Use use) {
        var known = limited.meter(use.test());
        return known != null ? known : find(limited, use);
    }

    private Meter find(Limited limited, Use use) {
        var held = meters.compute(new MeterId(limited.id(), use.test()), (id, before) -> {
            var meter = before != null && before.meter().set().equals(limited.set())
                    ? before.meter()
                    : Meter.of(
                            limited,
                            id,
                            Optional.ofNullable(before).map(Held::meter),
                            recall(id, limited.set(), use.now()),
                            time,
                            sharing,
                            unwritten::add);
            return new Held(meter, new WeakReference<>(limited));
        });
        var meter = held.meter();
        limited.keep(use.test(), meter);
        if (meters.size() > sweepAt.get()) {
            sweepAt.set(Long.MAX_VALUE);
            Thread.startVirtualThread(() -> sweep(use.now()));
        }
        return meter;
    }

    private QuotaAllowance.Used recall(MeterId id, LimitSet set, long now) {
        var before = remembered.remove(id);
        return set.quota()
                .filter(quota -> before != null && before.refill() == quota.refill())
                .map(quota -> quota.refill().windowAt(now))
                .filter(window -> before != null && before.end() == window.end())
                .map(window -> new QuotaAllowance.Used(
                        window, Objects.requireNonNull(before).used(), 0))
                .orElse(QuotaAllowance.Used.NOTHING);
    }

    /** What nodes have used of quotas; of what has a meter here already the {@link QuotaLedger} tells when it writes. */
    void remember(List<Remembered> uses) {
        uses.stream().filter(use -> !meters.containsKey(use.id())).forEach(use -> remembered.put(use.id(), use));
    }

    /** Quotas that were used since they were written; each is given once. */
    List<QuotaAllowance> unwritten(int max) {
        return Stream.generate(unwritten::poll)
                .takeWhile(Objects::nonNull)
                .limit(max)
                .toList();
    }

    private void sweep(long now) {
        for (var id : meters.keySet()) {
            meters.computeIfPresent(id, (_, held) -> held.isLost(now) ? null : held);
        }
        sweepAt.set(Math.max(SWEEP_FROM, meters.size() * 2L));
    }

    Sharing sharing() {
        return sharing;
    }

    int size() {
        return meters.size();
    }
}
