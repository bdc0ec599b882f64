package dev.shearline.server.keys;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a key stands at a moment. The order is the order of the checks: the first that holds is the status. */
public enum KeyStatus {
    REVOKED,
    USED,
    EXPIRED,
    DISABLED,
    NOT_YET_VALID,
    ROTATING,
    EXPIRING,
    ACTIVE;

    static final Duration EXPIRING_WITHIN = Duration.ofDays(14);

    /** {@link KeyConditions#of} says the same in SQL; a test holds the two together. */
    static KeyStatus of(KeyState state, KeyTimes times, Instant now) {
        return switch (state) {
            case REVOKED -> REVOKED;
            case USED -> USED;
            case ACTIVE, DISABLED -> ofLiving(state, times, now);
        };
    }

    private static KeyStatus ofLiving(KeyState state, KeyTimes times, Instant now) {
        if (times.isExpiredAt(now)) {
            return EXPIRED;
        }
        if (state == KeyState.DISABLED) {
            return DISABLED;
        }
        if (times.isNotYetValidAt(now)) {
            return NOT_YET_VALID;
        }
        if (times.endsAt().isPresent()) {
            return ROTATING;
        }
        var soon = now.plus(EXPIRING_WITHIN);
        return times.expiresAt().filter(end -> !end.isAfter(soon)).isPresent() ? EXPIRING : ACTIVE;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<KeyStatus> find(String wire) {
        return Arrays.stream(values())
                .filter(status -> status.wire().equals(wire))
                .findFirst();
    }
}
