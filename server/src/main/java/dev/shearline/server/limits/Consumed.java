package dev.shearline.server.limits;

import io.github.bucket4j.TimeMeter;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What has been consumed of one thing, under whatever limits it has and has had: new limits go on with it. Used by one thread at a time; what it gives
 * out is for many.
 *
 * <p>Records of the directory hold the meters, and by that this knows whether one still leads here. Of one thing there are two meters
 * while a rotated key and its successor differ in their limits.
 */
final class Consumed {

    private static final int RATES_MAX = 16;

    private final MeterId id;
    private final Map<Quota.Refill, QuotaCount> counts = new EnumMap<>(Quota.Refill.class);
    /** Of limits before too, while something is missing of them; the one that was found last comes last. */
    private final List<RateAllowance> rates = new ArrayList<>(1);

    private List<WeakReference<Meter>> meters = List.of();

    Consumed(MeterId id) {
        this.id = id;
    }

    QuotaCount count(Quota.Refill refill, Consumer<QuotaCount> ledger) {
        return counts.computeIfAbsent(refill, _ -> new QuotaCount(id, refill, ledger));
    }

    Meter meter(Limited limited, TimeMeter time, Sharing sharing, Consumer<QuotaCount> ledger) {
        var living = new ArrayList<>(living().toList());
        var meter = living.stream()
                .filter(each -> each.set().equals(limited.set()))
                .findFirst()
                .orElseGet(() -> {
                    var made = make(limited, living, time, sharing, ledger);
                    living.add(made);
                    return made;
                });
        meters = living.stream().map(WeakReference::new).toList();
        var used = living.stream().flatMap(Meter::rates).toList();
        meter.rates().forEach(rate -> goOnWith(rate, used));
        return meter;
    }

    private Stream<Meter> living() {
        return meters.stream().map(WeakReference::get).filter(Objects::nonNull);
    }

    private Meter make(
            Limited limited, List<Meter> living, TimeMeter time, Sharing sharing, Consumer<QuotaCount> ledger) {
        var level = limited.level().wire();
        var allowances = new ArrayList<Allowance>();
        for (var limit : limited.set().rateLimits()) {
            allowances.add(Stream.concat(living.stream().flatMap(Meter::rates), rates.stream())
                    .filter(rate -> rate.limit().equals(limit))
                    .findFirst()
                    .orElseGet(() -> new RateAllowance(level, id, limit, time, sharing)));
        }
        limited.set()
                .quota()
                .ifPresent(quota -> allowances.add(new QuotaAllowance(level, quota, count(quota.refill(), ledger))));
        return new Meter(limited.set(), allowances);
    }

    /** Nothing comes back by a change of the limits, nor by a change back. */
    private void goOnWith(RateAllowance rate, List<RateAllowance> used) {
        rates.stream()
                .filter(each -> each.limit().per() == rate.limit().per())
                .reduce((_, last) -> last)
                .ifPresent(last -> rate.raise(last.consumed()));
        rates.removeIf(each -> each == rate || (each.isWhole() && !used.contains(each)));
        rates.add(rate);
        if (rates.size() > RATES_MAX) {
            rates.removeFirst();
        }
    }

    /** Whether it makes no difference that it is forgotten. */
    boolean isForgettable(Predicate<Quota.Refill> listed) {
        return living().findAny().isEmpty()
                && rates.stream().allMatch(RateAllowance::isWhole)
                && counts.values().stream().allMatch(count -> count.isForgettable(listed));
    }
}
