package dev.shearline.server.usage;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.token.ApiKeyId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What somebody who remembers answers has counted so far of its own, in a body.
 *
 * @param source names one run of the counting, at random
 * @param last whether nothing more comes of this source
 */
record UsageReport(String source, List<Item> items, Optional<Boolean> last) {

    static final int ITEMS_MAX = 400;
    static final int SOURCE_MIN = 22;
    static final int SOURCE_MAX = 64;
    /** A quarter of a million a second for an hour. */
    static final long COUNT_MAX = 1_000_000_000L;
    /** What one question may cost. */
    static final long COST_MAX = 1_000_000;
    /** Of hours that have long closed nobody has counts that he has not reported. */
    static final Duration AGE_MAX = Duration.ofDays(7);
    /** The clock of who reports may be ahead. */
    static final Duration AHEAD_MAX = Duration.ofMinutes(5);

    /** Cumulative: all that the source has counted of this key in this hour with this outcome. */
    record Item(ApiKeyId keyId, Instant hour, String outcome, long count, long units) {

        boolean isAllowed() {
            return outcome.equals(Outcome.ALLOWED.wire());
        }

        Row row() {
            return new Row(keyId, hour, outcome, count, units);
        }

        /** The last moment of its hour that has been. */
        Instant lastUse(Instant now) {
            var end = hour.plus(1, ChronoUnit.HOURS).minusMillis(1);
            return end.isBefore(now) ? end : now;
        }
    }

    boolean isLast() {
        return last.orElse(false);
    }

    /** This report, or the problem that names what is wrong with it. */
    UsageReport checked(Instant now) {
        if (source.length() < SOURCE_MIN
                || source.length() > SOURCE_MAX
                || !source.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw invalid(
                    "source",
                    "Name the source by " + SOURCE_MIN + " to " + SOURCE_MAX
                            + " random visible ASCII characters, another one each time you begin to count.");
        }
        if (items.size() > ITEMS_MAX) {
            throw invalid("items", "Report at most " + ITEMS_MAX + " counts at once.");
        }
        var seen = new HashSet<List<Object>>();
        for (int i = 0; i < items.size(); i++) {
            check(items.get(i), "items[" + i + "].", now);
            if (!seen.add(List.of(
                    items.get(i).keyId(), items.get(i).hour(), items.get(i).outcome()))) {
                throw invalid("items[" + i + "]", "This key, hour and outcome has come before: send each once.");
            }
        }
        return this;
    }

    private static void check(Item item, String path, Instant now) {
        if (!item.hour().equals(item.hour().truncatedTo(ChronoUnit.HOURS))
                || item.hour().isBefore(now.minus(AGE_MAX))
                || item.hour().isAfter(now.plus(AHEAD_MAX))) {
            throw invalid(
                    path + "hour",
                    "Send the beginning of an hour of UTC of the last " + AGE_MAX.toDays()
                            + " days, for example 2030-01-31T12:00:00Z.");
        }
        if (Outcome.find(item.outcome()).isEmpty()) {
            throw invalid(path + "outcome", "Send the code of a verdict.");
        }
        if (item.count() < 1 || item.count() > COUNT_MAX) {
            throw invalid(path + "count", "Send how many there were so far, 1 to " + COUNT_MAX + ".");
        }
        if (item.units() < item.count() || item.units() > item.count() * COST_MAX) {
            throw invalid(path + "units", "Send the costs added up: 1 to " + COST_MAX + " for each that is counted.");
        }
    }

    private static ProblemException invalid(String field, String detail) {
        return Problem.invalidField(field, detail).asException();
    }
}
