package dev.shearline.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One run of the counting under one name: all that it has counted, and what of it nobody has confirmed. */
final class UsageRun {

    /** Of keys, hours and outcomes. */
    static final int ROWS_MAX = 200_000;

    /** What a server takes at once is more. */
    static final int BATCH_MAX = 300;

    private record Row(String keyId, Instant hour, String outcome) {}

    private record Total(long count, long units) {}

    private final String source;
    private final Map<Row, Total> totals = new LinkedHashMap<>();
    private final Set<Row> unconfirmed = new LinkedHashSet<>();

    UsageRun(String source) {
        this.source = source;
    }

    /** False when it is full. */
    boolean add(String keyId, Instant hour, String outcome, long count, long units) {
        var row = new Row(keyId, hour, outcome);
        if (totals.size() >= ROWS_MAX && !totals.containsKey(row)) {
            return false;
        }
        totals.merge(row, new Total(count, units), (a, b) -> new Total(a.count() + b.count(), a.units() + b.units()));
        unconfirmed.add(row);
        return true;
    }

    boolean isConfirmed() {
        return unconfirmed.isEmpty();
    }

    /** What is lost with it. */
    long unconfirmedCount() {
        return count(unconfirmed);
    }

    /** What is lost with the next report. */
    long reportedCount() {
        return count(batch());
    }

    private long count(Collection<Row> rows) {
        return rows.stream()
                .mapToLong(row -> totals.getOrDefault(row, new Total(0, 0)).count())
                .sum();
    }

    /** The next report: what has not been confirmed, as much of it as fits. */
    Map<String, Object> report(boolean last) {
        var items = new ArrayList<Map<String, Object>>();
        for (var row : batch()) {
            var total = totals.getOrDefault(row, new Total(0, 0));
            items.add(Map.of(
                    "key_id", row.keyId(),
                    "hour", row.hour().toString(),
                    "outcome", row.outcome(),
                    "count", total.count(),
                    "units", total.units()));
        }
        return Map.of("source", source, "items", items, "last", last && unconfirmed.size() <= BATCH_MAX);
    }

    /** The last report has been taken: nothing is added between a report and this. */
    void confirm() {
        batch().forEach(unconfirmed::remove);
    }

    private List<Row> batch() {
        return unconfirmed.stream().limit(BATCH_MAX).toList();
    }
}
