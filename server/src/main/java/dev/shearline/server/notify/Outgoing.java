package dev.shearline.server.notify;

import dev.shearline.token.Secret;
import java.time.Instant;
import java.util.List;

/** A claimed delivery, with all that sending it needs. */
record Outgoing(
        String delivery,
        int claim,
        int attempts,
        Instant givesUpAt,
        Target target,
        String messageId,
        String body,
        List<Secret> secrets) {

    /** Whose endpoint. */
    record Target(String organization, String endpoint, String url) {

        /** A URL can hold a token of the receiver. */
        @Override
        public String toString() {
            return endpoint;
        }
    }

    Outgoing {
        secrets = List.copyOf(secrets);
    }
}
