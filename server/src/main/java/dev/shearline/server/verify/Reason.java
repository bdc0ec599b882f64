package dev.shearline.server.verify;

import java.util.Locale;

/** Why a key is refused. The order is the order of the checks; the first that fails is the answer. */
public enum Reason {
    MALFORMED,
    NOT_FOUND,
    REVOKED,
    DISABLED,
    ALREADY_USED,
    EXPIRED,
    NOT_YET_VALID,
    OWNER_INACTIVE,
    WRONG_MODE,
    OUTSIDE_BOUNDARY,
    INSUFFICIENT_SCOPE,
    OUTSIDE_RESOURCES,
    ADDRESS_NOT_ALLOWED,
    RATE_LIMITED,
    QUOTA_EXHAUSTED;

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
        return wire;
    }
}
