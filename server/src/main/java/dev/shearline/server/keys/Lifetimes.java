package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** How long keys live: what a caller asks for, held against the maximum of the type and the plan. */
final class Lifetimes {

    static final Duration DEFAULT = Duration.ofDays(90);

    /** Where a plan allows longer lives than the type does. */
    static final Duration LONG_LIFE_MAX = Duration.ofDays(10 * 365);

    static final Duration GRACE_DEFAULT = Duration.ofHours(24);
    static final Duration GRACE_MAX = Duration.ofDays(30);

    private static final Set<String> LONG_LIFE_PLANS = Set.of("scale", "custom");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,5})([smhdwy])");
    static final String NONE = "none";

    private final Optional<Duration> operatorMaximum;

    /** @param operatorMaximum of operator keys; empty for no bound */
    Lifetimes(Optional<Duration> operatorMaximum) {
        this.operatorMaximum = operatorMaximum;
    }

    /** @param endless whether a key may also have no expiry at all */
    record Maximum(Duration length, boolean endless) {}

    Maximum maximum(KeyType type, String plan) {
        boolean longLife = LONG_LIFE_PLANS.contains(plan);
        return switch (type) {
            case EPHEMERAL -> new Maximum(Duration.ofHours(24), false);
            case OPERATOR ->
                operatorMaximum.map(length -> new Maximum(length, false)).orElse(new Maximum(LONG_LIFE_MAX, true));
            case CI -> longLife ? new Maximum(LONG_LIFE_MAX, true) : new Maximum(Duration.ofDays(90), false);
            case PERSONAL, TEAM ->
                longLife ? new Maximum(LONG_LIFE_MAX, true) : new Maximum(Duration.ofDays(365), false);
        };
    }

    /**
     * When a key ends.
     *
     * @param createdAt the maximum counts from here, so that extending a key does not make it live for ever
     * @return empty for a key without expiry
     */
    Optional<Instant> expiry(
            Maximum maximum, Optional<String> in, Optional<Instant> at, Instant createdAt, Instant now) {
        if (in.isPresent() && at.isPresent()) {
            throw KeyProblems.invalid("expires_at", "Send \"expires_in\" or \"expires_at\", not both.");
        }
        if (in.isPresent()) {
            return expiryIn(maximum, in.get(), createdAt, now);
        }
        if (at.isPresent()) {
            return Optional.of(checked("expires_at", maximum, at.get(), createdAt, now));
        }
        return Optional.of(now.plus(DEFAULT.compareTo(maximum.length()) < 0 ? DEFAULT : maximum.length()));
    }

    private static Optional<Instant> expiryIn(Maximum maximum, String in, Instant createdAt, Instant now) {
        if (in.equals(NONE)) {
            if (!maximum.endless()) {
                throw KeyProblems.invalid(
                        "expires_in",
                        "This key must expire: choose at most " + days(maximum.length())
                                + ". Keys without expiry need the plan scale or custom, and are never ephemeral.");
            }
            return Optional.empty();
        }
        var length = find(in).filter(duration -> !hasSmallUnit(in) && !duration.isZero());
        if (length.isEmpty()) {
            throw KeyProblems.invalid(
                    "expires_in", "\"expires_in\" must be a duration such as 12h, 90d, 4w or 1y, or none.");
        }
        return Optional.of(checked("expires_in", maximum, now.plus(length.get()), createdAt, now));
    }

    private static Instant checked(String field, Maximum maximum, Instant end, Instant createdAt, Instant now) {
        if (!end.isAfter(now)) {
            throw KeyProblems.invalid(field, "\"" + field + "\" lies in the past: choose a time to come.");
        }
        var latest = createdAt.plus(maximum.length());
        if (end.isAfter(latest)) {
            throw KeyProblems.invalid(
                    field,
                    "\"" + field + "\" is too far away: this key lives at most " + days(maximum.length())
                            + ", so until " + latest.truncatedTo(ChronoUnit.SECONDS) + ".");
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
        return find(text)
                .filter(length -> length.compareTo(SPAN_MAX) <= 0)
                .orElseThrow(() -> KeyProblems.invalidParameter(
                        parameter,
                        "\"" + parameter + "\" must be a duration of at most 100y, such as 12h, 30d or 1y."));
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

    private static String days(Duration length) {
        return length.toHours() <= 48 ? length.toHours() + " hours" : length.toDays() + " days";
    }
}
