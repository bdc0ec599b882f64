package dev.shearline.server.orgs;

import dev.shearline.server.limits.LimitSet;
import dev.shearline.server.limits.Quota;
import dev.shearline.server.limits.RateLimit;
import java.util.List;
import java.util.Optional;

/**
 * The limits of an organization, a unit or a member as they are shown.
 *
 * @param id whose they are
 */
record SharedLimits(String id, List<RateLimit> rateLimits, Optional<Quota> quota) {

    SharedLimits {
        rateLimits = List.copyOf(rateLimits);
    }

    static SharedLimits of(String id, LimitSet limits) {
        return new SharedLimits(id, limits.rateLimits(), limits.quota());
    }

    /** The body that sets them: what is left out is lifted. */
    record Content(Optional<List<RateLimit>> rateLimits, Optional<Quota> quota) {

        Content {
            rateLimits = rateLimits.map(List::copyOf);
        }

        LimitSet checked() {
            return LimitSet.checked(rateLimits.orElse(List.of()), quota);
        }
    }
}
