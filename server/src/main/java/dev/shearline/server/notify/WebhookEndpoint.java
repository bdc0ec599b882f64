package dev.shearline.server.notify;

import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An endpoint as it is shown. Never its secret.
 *
 * @param organization whose events it gets; that of the instance gets those of all organizations
 * @param disabledCause {@code manual}, {@code failing} or {@code gone}
 * @param failingSince since when nothing but failure has come of it
 */
public record WebhookEndpoint(
        String id,
        OrganizationId organization,
        String url,
        String description,
        List<String> events,
        boolean enabled,
        Optional<String> disabledCause,
        Optional<Instant> failingSince,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {

    static final String ID_PREFIX = "whk_";

    public WebhookEndpoint {
        events = List.copyOf(events);
    }

    WebhookEndpoint changedAt(Instant at) {
        return new WebhookEndpoint(
                id,
                organization,
                url,
                description,
                events,
                enabled,
                disabledCause,
                failingSince,
                createdAt,
                createdBy,
                at);
    }

    /** One that is called no more, for a cause of this server's. */
    WebhookEndpoint disabled(String cause, Instant at) {
        return new WebhookEndpoint(
                id,
                organization,
                url,
                description,
                events,
                false,
                Optional.of(cause),
                failingSince,
                createdAt,
                createdBy,
                at);
    }

    /** A URL can hold a token of the receiver. */
    @Override
    public String toString() {
        return id;
    }
}
