package dev.shearline.server.notify;

import dev.shearline.server.identity.Ref;
import java.util.List;
import java.util.Optional;

/**
 * An endpoint to be.
 *
 * @param organization may be left out by who belongs to one; an operator who leaves it out makes an endpoint of the instance
 */
public record NewWebhook(
        Optional<Ref> organization,
        String url,
        List<String> events,
        Optional<String> description,
        Optional<Boolean> enabled) {

    public NewWebhook {
        events = List.copyOf(events);
    }

    /** A URL can hold a token of the receiver. */
    @Override
    public String toString() {
        return "new webhook";
    }
}
