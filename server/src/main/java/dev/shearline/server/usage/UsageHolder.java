package dev.shearline.server.usage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** By what lines of usage are put together: to whom a key belonged when its count was added to the totals, and belongs where it was not yet. */
enum UsageHolder {
    OWNER("h.owner_id", UsageHolder.OWNER_OF_KEY),
    UNIT("h.unit_id", "k.unit_id"),
    BILLED_TO("h.billed_id", UsageHolder.BILLED_OF_KEY),
    KEY("h.key_id", "k.id");

    /** The membership, or else the unit. */
    static final String OWNER_OF_KEY =
            "coalesce(k.membership_id, CASE k.type WHEN 'team' THEN k.unit_id ELSE k.organization_id END)";
    /** A unit at which the owner has no role any more is not billed. */
    static final String BILLED_OF_KEY = "coalesce((SELECT b.id FROM unit AS b"
            + " WHERE b.id = k.billed_unit_id AND b.state = 'active'"
            + " AND EXISTS (SELECT 1 FROM membership_role AS g"
            + " WHERE g.membership_id = k.membership_id AND g.unit_id IN (b.id, b.parent_id, b.organization_id))), "
            + OWNER_OF_KEY + ")";

    private final String folded;
    private final String current;

    UsageHolder(String folded, String current) {
        this.folded = folded;
        this.current = current;
    }

    /** Of a row of the totals {@code h}. */
    String folded() {
        return folded;
    }

    /** Of a key {@code k}. */
    String current() {
        return current;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<UsageHolder> find(String text) {
        return Arrays.stream(values()).filter(by -> by.wire().equals(text)).findFirst();
    }
}
