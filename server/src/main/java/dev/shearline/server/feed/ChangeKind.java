package dev.shearline.server.feed;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What happened to a thing. A <em>removing</em> kind takes effect from the entry alone, if its version is higher than the one held; the
 * others tell a node to read the current row again.
 */
public enum ChangeKind {
    GENESIS("genesis", false),
    KEY_CREATED("key.created", false),
    KEY_UPDATED("key.updated", false),
    KEY_ENABLED("key.enabled", false),
    KEY_DISABLED("key.disabled", true),
    KEY_REVOKED("key.revoked", true),
    KEY_USED("key.used", true),
    MEMBERSHIP_CHANGED("membership.changed", false),
    MEMBERSHIP_REMOVED("membership.removed", true),
    USER_CHANGED("user.changed", false),
    USER_DISABLED("user.disabled", true),
    UNIT_CHANGED("unit.changed", false),
    UNIT_REMOVED("unit.removed", true),
    ORGANIZATION_CHANGED("organization.changed", false),
    ORGANIZATION_SUSPENDED("organization.suspended", true),
    ORGANIZATION_CLOSED("organization.closed", true),
    PLAN_CHANGED("plan.changed", false),
    CATALOG_CHANGED("catalog.changed", false);

    private static final Map<String, ChangeKind> BY_WIRE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ChangeKind::wire, Function.identity()));

    private final String wire;
    private final boolean removing;

    ChangeKind(String wire, boolean removing) {
        this.wire = wire;
        this.removing = removing;
    }

    public String wire() {
        return wire;
    }

    public boolean isRemoving() {
        return removing;
    }

    /** Empty for a kind of a newer release. */
    static Optional<ChangeKind> find(String wire) {
        return Optional.ofNullable(BY_WIRE.get(wire));
    }
}
