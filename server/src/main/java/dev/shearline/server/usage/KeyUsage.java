package dev.shearline.server.usage;

import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The usage of a key as it is shown; hours and days in which nothing happened are left out. */
record KeyUsage(ApiKeyId keyId, Instant from, Instant to, String granularity, List<Piece> items, Totals total) {

    KeyUsage {
        items = List.copyOf(items);
    }

    /**
     * One hour or day.
     *
     * @param units the costs of what was allowed
     */
    record Piece(Instant time, long allowed, SortedMap<String, Long> denied, long units) {}

    /** All of them together. */
    record Totals(long allowed, SortedMap<String, Long> denied, long units) {}

    /** @param counted in the order of time */
    static KeyUsage of(ApiKeyId key, UsageRange range, List<UsageStore.Counted> counted) {
        var items = new ArrayList<Piece>();
        for (int begin = 0, end; begin < counted.size(); begin = end) {
            var time = counted.get(begin).time();
            end = begin;
            while (end < counted.size() && counted.get(end).time().equals(time)) {
                end++;
            }
            var sum = sum(counted.subList(begin, end));
            items.add(new Piece(time, sum.allowed(), sum.denied(), sum.units()));
        }
        return new KeyUsage(key, range.from(), range.to(), range.granularity().wire(), items, sum(counted));
    }

    static Totals sum(List<UsageStore.Counted> counted) {
        long allowed = 0;
        long units = 0;
        var denied = new TreeMap<String, Long>();
        for (var each : counted) {
            if (each.outcome().equals(Outcome.ALLOWED.wire())) {
                allowed += each.count();
                units += each.units();
            } else {
                denied.merge(each.outcome(), each.count(), Long::sum);
            }
        }
        return new Totals(allowed, denied, units);
    }
}
