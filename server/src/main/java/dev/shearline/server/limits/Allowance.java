package dev.shearline.server.limits;

/** What is left of one limit. */
sealed interface Allowance permits RateAllowance, QuotaAllowance {

    /** Takes the cost if there is enough, or nothing. */
    Reading take(Cost cost);

    /** What {@link #take} would say, taking nothing. */
    Reading look(Cost cost);

    /** Undoes a {@link #take} of the same cost. */
    void giveBack(Cost cost);

    /** As the header {@code RateLimit-Policy} has it. */
    String policy();
}
