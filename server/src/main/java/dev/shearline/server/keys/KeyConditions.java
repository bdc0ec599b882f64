package dev.shearline.server.keys;

import java.util.List;

/** The statuses of {@link KeyStatus#of} as conditions on a key {@code k}, at {@code :now}. */
final class KeyConditions {

    private static final String UNEXPIRED = "k.expires_at > :now AND k.ends_at > :now";
    private static final String WORKING = "k.state = 'active' AND " + UNEXPIRED + " AND k.not_before <= :now";

    /** What a list shows unless it is asked for more. */
    static final String NOT_OVER = "k.state IN ('active', 'disabled')";

    /** Expired keys, as two conditions of which each bounds one of the times. */
    static final List<String> EXPIRED_APART = List.of(
            "k.expires_at <= :now AND " + NOT_OVER, "k.ends_at <= :now AND k.expires_at > :now AND " + NOT_OVER);

    private KeyConditions() {}

    static String of(KeyStatus status) {
        return switch (status) {
            case REVOKED -> "k.state = 'revoked'";
            case USED -> "k.state = 'used'";
            case EXPIRED -> "(k.expires_at <= :now OR k.ends_at <= :now) AND " + NOT_OVER;
            case DISABLED -> "k.state = 'disabled' AND " + UNEXPIRED;
            case NOT_YET_VALID -> "k.state = 'active' AND " + UNEXPIRED + " AND k.not_before > :now";
            case ROTATING -> WORKING + " AND k.ends_at < 'infinity'";
            case EXPIRING -> WORKING + " AND k.ends_at = 'infinity' AND k.expires_at <= :soon";
            case ACTIVE -> WORKING + " AND k.ends_at = 'infinity' AND k.expires_at > :soon";
        };
    }
}
