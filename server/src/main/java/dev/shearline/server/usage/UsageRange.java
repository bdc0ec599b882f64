package dev.shearline.server.usage;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which usage is asked for: whole hours or days of UTC, in which the two times lie.
 *
 * @param to exclusive
 */
record UsageRange(Instant from, Instant to, Granularity granularity) {

    static final String FROM = "from";
    static final String TO = "to";
    static final String GRANULARITY = "granularity";

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /** The pieces in which usage is shown. */
    enum Granularity {
        HOUR(ChronoUnit.HOURS, Duration.ofDays(1), Duration.ofDays(31)),
        DAY(ChronoUnit.DAYS, Duration.ofDays(30), Duration.ofDays(400)),
        /** All of it in one. */
        TOTAL(ChronoUnit.HOURS, Duration.ofDays(30), Duration.ofDays(31));

        private final ChronoUnit unit;
        private final Duration usual;
        private final Duration longest;

        Granularity(ChronoUnit unit, Duration usual, Duration longest) {
            this.unit = unit;
            this.usual = usual;
            this.longest = longest;
        }

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Without a beginning it is the last day in hours, or the last 30 days; without an end it goes until now. */
    static UsageRange of(Request request, Instant now) {
        return of(request, now, List.of(Granularity.HOUR, Granularity.DAY));
    }

    /** The same, which may be asked for as one piece. */
    static UsageRange ofLines(Request request, Instant now) {
        return of(request, now, List.of(Granularity.values()));
    }

    private static UsageRange of(Request request, Instant now, List<Granularity> possible) {
        var granularity = request.query(GRANULARITY)
                .map(text -> granularity(text, possible))
                .orElse(Granularity.DAY);
        var end = request.query(TO).map(text -> time(TO, text)).orElse(now);
        var from = request.query(FROM).map(text -> time(FROM, text)).orElseGet(() -> end.minus(granularity.usual));
        var unit = granularity.unit;
        var begun = from.truncatedTo(unit);
        var whole = end.truncatedTo(unit);
        var to = whole.equals(end) ? end : whole.plus(1, unit);
        if (!begun.isBefore(to)) {
            throw invalid(TO, "must be later than \"from\"");
        }
        // an hour or a day at either end that lies in it only in part is no reason to refuse
        if (Duration.between(from, end).compareTo(granularity.longest) > 0) {
            throw invalid(
                    FROM,
                    "must be at most " + granularity.longest.toDays() + " days before \"to\" for a granularity of "
                            + granularity.wire());
        }
        return new UsageRange(begun, to, granularity);
    }

    private static Granularity granularity(String text, List<Granularity> possible) {
        return possible.stream()
                .filter(granularity -> granularity.wire().equals(text))
                .findFirst()
                .orElseThrow(() -> invalid(
                        GRANULARITY,
                        "must be " + possible.stream().map(Granularity::wire).collect(Collectors.joining(" or "))));
    }

    /** How long a piece is. */
    Duration step() {
        return granularity == Granularity.TOTAL ? Duration.between(from, to) : granularity.unit.getDuration();
    }

    private static Instant time(String name, String text) {
        try {
            var at = Instant.parse(text);
            if (!at.isBefore(Instant.EPOCH) && at.isBefore(LATEST)) {
                return at;
            }
        } catch (DateTimeParseException e) {
            throw invalid(name, "must be a time such as 2030-01-31T12:00:00Z");
        }
        throw invalid(name, "must be a time such as 2030-01-31T12:00:00Z");
    }

    private static ProblemException invalid(String name, String fault) {
        return Problem.invalidParameter(name, "\"" + name + "\" " + fault + ".").asException();
    }
}
