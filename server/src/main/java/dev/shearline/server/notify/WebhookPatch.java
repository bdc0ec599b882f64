package dev.shearline.server.notify;

import java.util.List;
import java.util.Optional;

/** What changes of an endpoint; what is left out stays. */
public record WebhookPatch(
        Optional<String> url, Optional<List<String>> events, Optional<String> description, Optional<Boolean> enabled) {

    public WebhookPatch {
        events = events.map(List::copyOf);
    }

    /** A URL can hold a token of the receiver. */
    @Override
    public String toString() {
        return "changes of a webhook";
    }
}
