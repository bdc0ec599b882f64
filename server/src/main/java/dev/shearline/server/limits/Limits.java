package dev.shearline.server.limits;

import dev.shearline.server.config.Settings;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is left of all limits on this node.
 *
 * <p>A record of the directory leads to its meter without a search ({@link Limited}); only the first use after a change asks the map, so that the
 * new record goes on with what was consumed under the old one. What leaves the map makes no difference: no record leads to it any more and there
 * is nothing to remember.
 */
public final class Limits {

    private static final long SWEEP_FROM = 1_000;

    private final Map<MeterId, Consumed> consumed = new ConcurrentHashMap<>();
    private final Queue<QuotaCount> unwritten = new ConcurrentLinkedQueue<>();
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
        var cost = new Cost(use.cost(), use.now(), sharing.rule());
        var draw = key == null ? null : draw(null, key, use, cost);
        if (owner != null && (draw == null || draw.granted())) {
            draw = draw(draw, owner, use, cost);
        }
        if (organization != null && (draw == null || draw.granted())) {
            draw = draw(draw, organization, use, cost);
        }
        return draw;
    }

    private Draw draw(@Nullable Draw before, Limited limited, Use use, Cost cost) {
        var known = limited.meter(use.test());
        var meter = known != null ? known : find(limited, use.test());
        var reading = use.probe() ? meter.look(cost) : meter.take(cost);
        if (before == null) {
            return Draw.first(meter, reading, cost);
        }
        if (!reading.granted() && !use.probe()) {
            before.giveBack();
        }
        return before.and(meter, reading);
    }

    private Meter find(Limited limited, boolean test) {
        var meter =
                change(new MeterId(limited.id(), test), known -> known.meter(limited, time, sharing, unwritten::add));
        limited.keep(test, meter);
        if (consumed.size() > sweepAt.get()) {
            sweepAt.set(Long.MAX_VALUE);
            Thread.startVirtualThread(() -> forget(_ -> true));
        }
        return meter;
    }

    private <T> T change(MeterId id, Function<Consumed, T> change) {
        var results = new ArrayList<T>(1);
        consumed.compute(id, (_, known) -> {
            var changed = known == null ? new Consumed(id) : known;
            results.add(change.apply(changed));
            return changed;
        });
        return results.getFirst();
    }

    // quotas, for the ledger ------------------------------------------------------------------------------------------

    /** What all nodes have used of quotas, those too that nobody has used here. */
    void hear(Collection<QuotaCount.Total> totals) {
        for (var total : totals) {
            var key = total.key();
            var _ = change(key.of(), known -> {
                var count = known.count(key.refill(), unwritten::add);
                count.hear(total);
                return count;
            });
        }
    }

    /** Quotas that were used since they were written; each is given once. */
    List<QuotaCount> unwritten() {
        return Stream.generate(unwritten::poll).takeWhile(Objects::nonNull).toList();
    }

    /** Forgets what no record leads to: rates that are whole, and quotas of which nothing is used or that the ledger has no more. */
    void forget(Predicate<QuotaCount.Key> listed) {
        for (var id : consumed.keySet()) {
            consumed.computeIfPresent(
                    id,
                    (_, known) ->
                            known.isForgettable(refill -> listed.test(new QuotaCount.Key(id, refill))) ? null : known);
        }
        sweepAt.set(Math.max(SWEEP_FROM, consumed.size() * 2L));
    }

    Sharing sharing() {
        return sharing;
    }

    int size() {
        return consumed.size();
    }
}
