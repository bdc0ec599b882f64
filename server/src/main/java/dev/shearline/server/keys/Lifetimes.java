package dev.shearline.server.keys;

import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.plans.TypePolicy;
import dev.shearline.server.plans.TypeTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How long keys live: what a caller asks for, held against what the type, the plan and the policy allow. */
final class Lifetimes {

    static final Duration DEFAULT = Duration.ofDays(90);

    static final Duration GRACE_DEFAULT = Duration.ofHours(24);
    static final Duration GRACE_MAX = Duration.ofDays(30);

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,5})([smhdwy])");
    static final String NONE = "none";

    private final Optional<Duration> operatorMaximum;

    /** @param operatorMaximum of operator keys; empty for no bound */
    Lifetimes(Optional<Duration> operatorMaximum) {
        this.operatorMaximum = operatorMaximum;
    }

    /** What allows no more. */
    enum Bound {
        TYPE,
        PLAN,
        POLICY,
        SESSION
    }

    /**
     * The most that a key may have.
     *
     * @param endless whether it may also have no expiry at all
     * @param usual how long it lives when nothing is said
     */
    record Maximum(Duration length, Bound lengthBy, boolean endless, Bound endlessBy, Duration usual) {

        Maximum(Duration length, Bound lengthBy, boolean endless, Bound endlessBy) {
            this(length, lengthBy, endless, endlessBy, shorter(DEFAULT, length));
        }

        /** What narrows less than this is no bound. */
        Maximum within(TypePolicy policy) {
            var most = policy.maxLifetime().map(Lifetime::length).orElse(length);
            boolean narrows = most.compareTo(length) < 0;
            var shortest = narrows ? most : length;
            boolean ends = policy.requiresExpiry();
            return new Maximum(
                    shortest,
                    narrows ? Bound.POLICY : lengthBy,
                    endless && !ends,
                    endless && ends ? Bound.POLICY : endlessBy,
                    shorter(policy.defaultLifetime().map(Lifetime::length).orElse(usual), shortest));
        }

        /** What an embed session allows. */
        Maximum within(Lifetime session) {
            boolean narrows = session.length().compareTo(length) < 0;
            var shortest = narrows ? session.length() : length;
            return new Maximum(
                    shortest,
                    narrows ? Bound.SESSION : lengthBy,
                    false,
                    endless ? Bound.SESSION : endlessBy,
                    shorter(usual, shortest));
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }
    }

    /** A life that something other than the type does not allow. */
    @FunctionalInterface
    interface Refusal {

        /**
         * @param allowing whether other terms would allow it
         * @param most completes "keys … ": what is allowed
         */
        ProblemException of(Bound by, String field, Predicate<TypeTerms> allowing, String most);
    }

    /** Whatever plan there is. */
    Maximum ofType(KeyType type) {
        if (type == KeyType.OPERATOR && operatorMaximum.isPresent()) {
            return new Maximum(operatorMaximum.get(), Bound.TYPE, false, Bound.TYPE);
        }
        return new Maximum(TypeTerms.lifetimeMax(type).length(), Bound.TYPE, TypeTerms.mayBeEndless(type), Bound.TYPE);
    }

    /** Within a plan. */
    Maximum of(KeyType type, TypeTerms terms) {
        var ofType = ofType(type);
        var length = terms.maxLifetime().length();
        return new Maximum(
                length,
                length.compareTo(ofType.length()) < 0 ? Bound.PLAN : Bound.TYPE,
                terms.noExpiry(),
                ofType.endless() ? Bound.PLAN : Bound.TYPE);
    }

    /** What a caller asks for: nothing, a length or a time. */
    record Asked(Optional<String> in, Optional<Instant> at) {}

    /**
     * When a key ends.
     *
     * @param createdAt the maximum counts from here, so that extending a key does not make it live for ever
     * @return empty for a key without expiry
     */
    static Optional<Instant> expiry(Maximum maximum, Asked asked, Instant createdAt, Instant now, Refusal refusal) {
        var in = asked.in();
        var at = asked.at();
        if (in.isPresent() && at.isPresent()) {
            throw KeyProblems.invalid("expires_at", "Send \"expires_in\" or \"expires_at\", not both.");
        }
        if (in.isPresent()) {
            return expiryIn(maximum, in.get(), createdAt, now, refusal);
        }
        if (at.isPresent()) {
            return Optional.of(checked("expires_at", maximum, at.get(), createdAt, now, refusal));
        }
        return Optional.of(now.plus(maximum.usual()));
    }

    private static Optional<Instant> expiryIn(
            Maximum maximum, String in, Instant createdAt, Instant now, Refusal refusal) {
        if (in.equals(NONE)) {
            if (!maximum.endless()) {
                throw switch (maximum.endlessBy()) {
                    case TYPE ->
                        KeyProblems.invalid(
                                "expires_in", "This key must expire: choose at most " + words(maximum.length()) + ".");
                    case PLAN, POLICY, SESSION ->
                        refusal.of(
                                maximum.endlessBy(),
                                "expires_in",
                                TypeTerms::noExpiry,
                                "live at most " + words(maximum.length()) + ", and not without expiry");
                };
            }
            return Optional.empty();
        }
        var length = find(in).filter(duration -> !hasSmallUnit(in) && !duration.isZero());
        if (length.isEmpty()) {
            throw KeyProblems.invalid(
                    "expires_in", "\"expires_in\" must be a duration such as 12h, 90d, 4w or 1y, or none.");
        }
        return Optional.of(checked("expires_in", maximum, now.plus(length.get()), createdAt, now, refusal));
    }

    private static Instant checked(
            String field, Maximum maximum, Instant end, Instant createdAt, Instant now, Refusal refusal) {
        if (!end.isAfter(now)) {
            throw KeyProblems.invalid(field, "\"" + field + "\" lies in the past: choose a time to come.");
        }
        var latest = createdAt.plus(maximum.length());
        if (end.isAfter(latest)) {
            var until = latest.truncatedTo(ChronoUnit.SECONDS);
            throw switch (maximum.lengthBy()) {
                case TYPE ->
                    KeyProblems.invalid(
                            field,
                            "\"" + field + "\" is too far away: this key lives at most " + words(maximum.length())
                                    + ", so until " + until + ".");
                case PLAN, POLICY, SESSION ->
                    refusal.of(
                            maximum.lengthBy(),
                            field,
                            terms -> !createdAt
                                    .plus(terms.maxLifetime().length())
                                    .isBefore(end),
                            "live at most " + words(maximum.length()) + ", this one until " + until);
            };
        }
        return end.truncatedTo(ChronoUnit.MICROS);
    }

    /** A key that is valid at no time is a mistake. */
    static void requireOrder(Optional<Instant> notBefore, Optional<Instant> expiresAt) {
        if (notBefore.isPresent() && expiresAt.isPresent() && !notBefore.get().isBefore(expiresAt.get())) {
            throw KeyProblems.invalid(
                    "not_before", "\"not_before\" must lie before the key's expiry, " + expiresAt.get() + ".");
        }
    }

    /** The successor of a key lives as long as the key was meant to, from now, within the maximum of today. */
    static Optional<Instant> renewed(Maximum maximum, KeyTimes old, Instant now) {
        if (old.expiresAt().isEmpty()) {
            return maximum.endless() ? Optional.empty() : Optional.of(now.plus(maximum.length()));
        }
        var length = Duration.between(old.createdAt(), old.expiresAt().get());
        return Optional.of(now.plus(length.compareTo(maximum.length()) < 0 ? length : maximum.length()));
    }

    /** More than any key is old, and no time that PostgreSQL does not know. */
    private static final Duration SPAN_MAX = Duration.ofDays(100 * 365L);

    static Duration grace(Optional<String> text) {
        if (text.isEmpty()) {
            return GRACE_DEFAULT;
        }
        var grace = text.get().equals("0") ? Optional.of(Duration.ZERO) : find(text.get());
        return grace.filter(length -> length.compareTo(GRACE_MAX) <= 0)
                .orElseThrow(() -> KeyProblems.invalid(
                        "grace", "\"grace\" must be a duration from 0 to 30d, such as 0, 1h, 24h or 7d."));
    }

    /** A span of time in a filter: {@code 7d}. */
    static Duration span(String parameter, String text) {
        return findSpan(text)
                .orElseThrow(() -> KeyProblems.invalidParameter(
                        parameter,
                        "\"" + parameter + "\" must be a duration of at most 100y, such as 12h, 30d or 1y."));
    }

    static Optional<Duration> findSpan(String text) {
        return find(text).filter(length -> length.compareTo(SPAN_MAX) <= 0);
    }

    private static boolean hasSmallUnit(String text) {
        return text.endsWith("s") || text.endsWith("m");
    }

    private static Optional<Duration> find(String text) {
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    case "w" -> Duration.ofDays(7 * number);
                    default -> Duration.ofDays(365 * number);
                });
    }

    private static String words(Duration length) {
        return new Lifetime(length).words();
    }
}
