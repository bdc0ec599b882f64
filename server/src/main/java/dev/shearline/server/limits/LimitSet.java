package dev.shearline.server.limits;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** All limits of one thing. They are stored as words: {@code 100/minute}, {@code 5/second/20} with a burst, {@code quota/10000/month}. */
public record LimitSet(List<RateLimit> rateLimits, Optional<Quota> quota) {

    public static final LimitSet NONE = new LimitSet(List.of(), Optional.empty());
    static final long AMOUNT_MAX = 1_000_000_000;
    static final long QUOTA_MAX = 1_000_000_000_000L;
    /** A burst that takes longer to come back limits nobody. */
    static final Duration REFILL_MAX = Duration.ofDays(366);

    private static final String QUOTA = "quota";

    public LimitSet {
        rateLimits = List.copyOf(rateLimits);
    }

    /** What somebody asks for, or the problem with it. */
    public static LimitSet checked(List<RateLimit> rateLimits, Optional<Quota> quota) {
        var periods = EnumSet.noneOf(RateLimit.Period.class);
        for (int i = 0; i < rateLimits.size(); i++) {
            var limit = rateLimits.get(i);
            var field = "rate_limits[" + i + "].";
            requireWithin(field + "amount", limit.amount(), AMOUNT_MAX);
            limit.burst().ifPresent(burst -> requireRefilled(field + "burst", burst, limit));
            if (!periods.add(limit.per())) {
                throw invalid(field + "per", "must not be that of another limit: there is one for each period");
            }
        }
        quota.ifPresent(given -> requireWithin("quota.amount", given.amount(), QUOTA_MAX));
        return new LimitSet(rateLimits, quota);
    }

    private static void requireWithin(String field, long amount, long max) {
        if (amount < 1 || amount > max) {
            throw invalid(field, "must be a whole number from 1 to " + max);
        }
    }

    private static void requireRefilled(String field, long burst, RateLimit limit) {
        requireWithin(field, burst, AMOUNT_MAX);
        long refilled = limit.amount() * REFILL_MAX.dividedBy(limit.per().length());
        if (burst > refilled) {
            throw invalid(
                    field,
                    "must come back within a year: with " + limit.amount() + " a "
                            + limit.per().wire() + " it is " + refilled + " at most");
        }
    }

    private static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }

    public boolean isEmpty() {
        return rateLimits.isEmpty() && quota.isEmpty();
    }

    /** Whether something is allowed by this that the other refuses. Where it cannot tell, it says so. */
    public boolean allowsMoreThan(LimitSet other) {
        return other.rateLimits.stream()
                        .anyMatch(limit -> find(limit.per())
                                .filter(own -> !own.isMoreThan(limit))
                                .isEmpty())
                || other.quota
                        .filter(limit -> quota.filter(
                                        own -> own.refill() == limit.refill() && own.amount() <= limit.amount())
                                .isEmpty())
                        .isPresent();
    }

    private Optional<RateLimit> find(RateLimit.Period per) {
        return rateLimits.stream().filter(limit -> limit.per() == per).findFirst();
    }

    public String wire() {
        var words = new ArrayList<String>();
        for (var limit : rateLimits) {
            words.add(limit.amount() + "/" + limit.per().wire()
                    + limit.burst().map(burst -> "/" + burst).orElse(""));
        }
        quota.ifPresent(limit ->
                words.add(QUOTA + "/" + limit.amount() + "/" + limit.refill().wire()));
        return String.join(" ", words);
    }

    public static LimitSet ofWire(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        var limits = new ArrayList<RateLimit>();
        Optional<Quota> quota = Optional.empty();
        for (var word : text.split(" ", -1)) {
            var parts = word.split("/", -1);
            if (parts[0].equals(QUOTA)) {
                quota = Optional.of(new Quota(Long.parseLong(parts[1]), Quota.Refill.ofWire(parts[2])));
            } else {
                limits.add(new RateLimit(
                        Long.parseLong(parts[0]),
                        RateLimit.Period.ofWire(parts[1]),
                        parts.length > 2 ? Optional.of(Long.parseLong(parts[2])) : Optional.empty()));
            }
        }
        return new LimitSet(limits, quota);
    }
}
