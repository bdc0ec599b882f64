package dev.shearline.server.verify;

import dev.shearline.server.limits.Draw;
import dev.shearline.server.limits.Limited;
import dev.shearline.server.limits.Limits;
import org.jspecify.annotations.Nullable;

/** Draws what a use costs from the limits of the key, its owner and its organization. */
final class Draws {

    private final Limits limits;

    Draws(Limits limits) {
        this.limits = limits;
    }

    /** Null where nothing has limits. */
    @Nullable
    Draw draw(LiveKey key, Question question, long now) {
        var owner = owner(key);
        var organization = organization(key);
        return key.limited == null && owner == null && organization == null
                ? null
                : limits.draw(
                        key.limited,
                        owner,
                        organization,
                        new Limits.Use(key.isTest(), question.cost(), question.probe(), now));
    }

    /** Whether what is answered of the key says nothing of the next use. */
    static boolean isLimited(LiveKey key) {
        return key.limited != null || owner(key) != null || organization(key) != null;
    }

    /** Of what the organization itself owns, the limits are those of the organization: its own unit has none. */
    private static @Nullable Limited owner(LiveKey key) {
        var place = key.membership;
        if (place == null) {
            var unit = key.unit.record;
            return unit == null ? null : unit.limited();
        }
        var membership = place.record;
        return membership == null ? null : membership.limited();
    }

    private static @Nullable Limited organization(LiveKey key) {
        var organization = key.organization.record;
        return organization == null ? null : organization.limited();
    }
}
