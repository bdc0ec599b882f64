package dev.shearline.server.limits;

/**
 * What one limit says of one use.
 *
 * @param policy its name in the headers, such as {@code key-minute}
 * @param limit how much it lets through in its period
 * @param remaining how much of it is left
 * @param resetMillis until all of it is there again; {@link #NEVER} of a quota without refill
 * @param retryMillis of a refusal, until there is enough; {@link #NEVER} when there never will be
 */
public record Reading(
        String policy, boolean quota, long limit, boolean granted, long remaining, long resetMillis, long retryMillis) {

    public static final long NEVER = Long.MAX_VALUE;

    /** The one that refuses, or will do so earlier. */
    Reading tighter(Reading other) {
        return granted && (!other.granted || other.remaining < remaining) ? other : this;
    }
}
