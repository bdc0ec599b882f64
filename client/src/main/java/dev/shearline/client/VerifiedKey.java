package dev.shearline.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a verdict says of a key.
 *
 * @param owner whose it is, with your own id of it
 * @param boundary the unit at which it is valid
 * @param scopes what it may do now, at the unit of the question
 * @param metadata the key's verified metadata, as JSON
 */
public record VerifiedKey(
        String id,
        Optional<String> type,
        Optional<String> mode,
        Optional<String> visibility,
        Optional<Holder> owner,
        Optional<Place> organization,
        Optional<Holder> boundary,
        List<String> scopes,
        Optional<Instant> expiresAt,
        Optional<String> metadata) {

    /** Whether it may do this: {@code resource:*} and {@code *} hold more than their own name. */
    public boolean holds(String scope) {
        for (int i = 0; i < scopes.size(); i++) {
            var held = scopes.get(i);
            if (held.equals(scope)
                    || held.equals("*")
                    || (held.endsWith(":*") && scope.startsWith(held.substring(0, held.length() - 1)))) {
                return true;
            }
        }
        return false;
    }
}
