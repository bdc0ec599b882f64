package dev.shearline.server.keys;

import java.time.Instant;
import java.util.Optional;

/**
 * When a key is valid.
 *
 * @param endsAt of a rotated key: when its grace ends
 * @param importedAt when it came here from another system, which had made it at {@code createdAt}
 */
record KeyTimes(
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> notBefore,
        Optional<Instant> expiresAt,
        Optional<Instant> endsAt,
        Optional<Instant> importedAt) {

    /** Of a key that was made here. */
    KeyTimes(
            Instant createdAt,
            Instant updatedAt,
            Optional<Instant> notBefore,
            Optional<Instant> expiresAt,
            Optional<Instant> endsAt) {
        this(createdAt, updatedAt, notBefore, expiresAt, endsAt, Optional.empty());
    }

    KeyTimes importedAt(Optional<Instant> time) {
        return new KeyTimes(createdAt, updatedAt, notBefore, expiresAt, endsAt, time);
    }

    KeyTimes valid(Optional<Instant> from, Optional<Instant> until) {
        return new KeyTimes(createdAt, updatedAt, from, until, endsAt, importedAt);
    }

    /** The same of a key that came here when it would have been made. */
    KeyTimes createdElsewhere(Instant at) {
        return new KeyTimes(at, updatedAt, notBefore, expiresAt, endsAt, Optional.of(createdAt));
    }

    /** From here on its life counts: how long it had lived before it came is its former system's business. */
    Instant begin() {
        return importedAt.orElse(createdAt);
    }

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
