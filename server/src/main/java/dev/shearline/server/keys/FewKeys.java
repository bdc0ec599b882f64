package dev.shearline.server.keys;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Who sees few keys. To count them takes as long as to read the page, and decides only how it is read, not what is in it: so what was
 * counted holds for a while.
 */
final class FewKeys {

    private static final Duration HOLDS = Duration.ofMinutes(1);
    private static final int REMEMBERED_MAX = 1_000;

    private record Seer(Optional<OrganizationId> organization, Reach reach) {}

    private record Counted(boolean few, Instant until) {}

    private final Map<Seer, Counted> counted = new ConcurrentHashMap<>();
    private final InstantSource clock;

    FewKeys(InstantSource clock) {
        this.clock = clock;
    }

    boolean seenBy(Optional<OrganizationId> organization, Reach reach, BooleanSupplier count) {
        var seer = new Seer(organization, reach);
        var now = clock.instant();
        var known = counted.get(seer);
        if (known != null && known.until.isAfter(now)) {
            return known.few;
        }
        boolean few = count.getAsBoolean();
        if (counted.size() >= REMEMBERED_MAX) {
            counted.clear();
        }
        counted.put(seer, new Counted(few, now.plus(HOLDS)));
        return few;
    }
}
