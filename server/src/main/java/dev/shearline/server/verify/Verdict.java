package dev.shearline.server.verify;

import java.util.Optional;

/** The answer of a verification. That a node cannot answer at all is not a verdict but a 503. */
sealed interface Verdict {

    /** @param replayed the same use of a single-use token was answered before */
    record Allowed(LiveKey key, boolean replayed) implements Verdict {}

    /** @param key what is known of the key, if the caller may know it */
    record Denied(Reason reason, Optional<KeyEntry> key) implements Verdict {}
}
