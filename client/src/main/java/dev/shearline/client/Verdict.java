package dev.shearline.client;

import java.time.Duration;
import java.util.Optional;

/** The answer to a question about a key. Only {@link Allowed} lets a request in. */
public sealed interface Verdict {

    /** {@code allowed}, the reason of the refusal, or why there is no answer. */
    String code();

    default boolean isAllowed() {
        return this instanceof Allowed;
    }

    /** What the key may do, if it is known. */
    Optional<VerifiedKey> key();

    /** @param verified the key, and what it may do now */
    record Allowed(VerifiedKey verified) implements Verdict {

        @Override
        public String code() {
            return "allowed";
        }

        @Override
        public Optional<VerifiedKey> key() {
            return Optional.of(verified);
        }
    }

    /**
     * @param code {@code revoked}, {@code insufficient_scope}, …: one of those in the API's reference
     * @param retryAfter of {@code rate_limited} and {@code quota_exhausted}: when it may be allowed again, if ever
     */
    record Denied(String code, Optional<VerifiedKey> key, Optional<Duration> retryAfter) implements Verdict {}

    /**
     * Nobody could say: answer your own caller with 503.
     *
     * @param code {@code unavailable}, {@code stale}, {@code unauthenticated}, …
     */
    record Unavailable(String code, String detail, Duration retryAfter) implements Verdict {

        @Override
        public Optional<VerifiedKey> key() {
            return Optional.empty();
        }
    }
}
