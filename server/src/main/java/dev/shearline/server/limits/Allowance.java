package dev.shearline.server.limits;

/** What is left of one limit. */
sealed interface Allowance permits RateAllowance, QuotaAllowance {

    /** Takes the cost if there is enough, or nothing. */
    Reading take(long cost, long now);

    /** What {@link #take} would say, taking nothing. */
    Reading look(long cost, long now);

    /** Undoes a {@link #take} of this moment. */
    void giveBack(long cost, long now);

    /** Whether a new one would be the same. */
    boolean isWhole(long now);

    /** As the header {@code RateLimit-Policy} has it. */
    String policy();
}
