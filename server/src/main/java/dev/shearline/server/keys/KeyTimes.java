package dev.shearline.server.keys;

import java.time.Instant;
import java.util.Optional;

/**
 * When a key is valid.
 *
 * @param endsAt of a rotated key: when its grace ends
 */
record KeyTimes(
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> notBefore,
        Optional<Instant> expiresAt,
        Optional<Instant> endsAt) {

    boolean isExpiredAt(Instant now) {
        return hasCome(expiresAt, now) || hasCome(endsAt, now);
    }

    boolean isNotYetValidAt(Instant now) {
        return notBefore.filter(time -> time.isAfter(now)).isPresent();
    }

    private static boolean hasCome(Optional<Instant> time, Instant now) {
        return time.filter(end -> !end.isAfter(now)).isPresent();
    }
}
