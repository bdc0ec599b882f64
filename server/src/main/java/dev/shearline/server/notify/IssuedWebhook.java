package dev.shearline.server.notify;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;
import java.time.Instant;
import java.util.Optional;

/**
 * An endpoint in the one answer that has its secret.
 *
 * @param previousSecretEndsAt until when the secret before it signs too
 */
public record IssuedWebhook(
        @JsonUnwrapped WebhookEndpoint endpoint, RevealedSecret secret, Optional<Instant> previousSecretEndsAt)
        implements Attempt.Made {

    @Override
    public String madeId() {
        return endpoint.id();
    }
}
