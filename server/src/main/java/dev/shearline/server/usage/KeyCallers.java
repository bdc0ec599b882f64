package dev.shearline.server.usage;

import dev.shearline.token.ApiKeyId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * From where a key was used, as it is shown.
 *
 * @param items those that came most often first
 * @param other how often others came, together
 */
record KeyCallers(ApiKeyId keyId, Instant from, Instant to, List<Caller> items, long other) {

    static final int SHOWN_MAX = 100;

    KeyCallers {
        items = List.copyOf(items);
    }

    /** What the questions did not say is absent. */
    record Caller(
            Optional<String> address, Optional<String> route, Optional<String> userAgent, long count, Instant lastAt) {}

    static KeyCallers of(ApiKeyId key, UsageRange range, List<CallerStore.Called> called) {
        var items = called.stream()
                .filter(each -> !each.rest())
                .map(CallerStore.Called::caller)
                .toList();
        long other = called.stream()
                .filter(CallerStore.Called::rest)
                .mapToLong(each -> each.caller().count())
                .sum();
        return new KeyCallers(key, range.from(), range.to(), items, other);
    }
}
