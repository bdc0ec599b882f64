package dev.shearline.server.notify;

import java.util.Locale;
import java.util.Optional;

/** What came of one attempt. */
sealed interface SendOutcome {

    int latencyMs();

    /** The receiver has said 2xx. */
    record Delivered(int status, int latencyMs) implements SendOutcome {}

    /** The receiver has said something else, or nothing. */
    record Failed(Optional<Integer> status, Failure why, int latencyMs) implements SendOutcome {}

    /** Why an attempt failed. */
    enum Failure {
        UNKNOWN_HOST,
        ADDRESS_NOT_ALLOWED,
        CONNECTION_FAILED,
        TLS_FAILED,
        TIMEOUT,
        REDIRECT,
        STATUS,
        GONE,
        ENDPOINT_DISABLED;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
