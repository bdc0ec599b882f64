package dev.shearline.client;

import java.time.Duration;

/**
 * What a local verifier tells of its work, for your metrics. Called on the threads that do the work: return at once, and throw nothing.
 */
public interface VerifierMetrics {

    /** Tells nobody. */
    VerifierMetrics NONE = new VerifierMetrics() {};

    /** An answer from memory. On the hot path. */
    default void remembered() {}

    /** A question for the server, and what came of it: a verdict's code, or why there was none ({@code overloaded}: too many were under way). */
    default void asked(String code, Duration took) {}

    /** A question that was refused without asking, because memory is too old. */
    default void refused() {}

    /** Everything was forgotten, because the stream said so or could not be believed. */
    default void reset(String why) {}

    /** The stream of changes is open. */
    default void connected() {}

    /** The stream of changes has ended, or could not be opened. */
    default void disconnected(String why) {}

    /** Counts that could not be kept until somebody would take them, or that the server refuses. */
    default void usageLost(long counts) {}
}
