package dev.shearline.server.keys;

import dev.shearline.server.net.Cidr;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Tells a change that lets a key do more, more often, on more resources, from more places or for longer, from one that only takes away. Where it cannot tell, as with two
 * blocks that together hold a third, it says more.
 */
final class Widening {

    private Widening() {}

    static boolean isBetween(KeyRow before, KeyRow after, Instant now) {
        return before.scopes().findMissing(after.scopes()).isPresent()
                || hasMoreAddresses(before.cidrs(), after.cidrs())
                || after.limits().allowsMoreThan(before.limits())
                || AllowedResources.isMore(before.resources(), after.resources())
                // the host is told it, and may act on it
                || !before.text().verifiedMetadata().equals(after.text().verifiedMetadata())
                || isLonger(before.times().expiresAt(), after.times().expiresAt())
                || isEarlier(before.times().notBefore(), after.times().notBefore(), now);
    }

    /** None at all is everywhere. */
    private static boolean hasMoreAddresses(List<String> before, List<String> after) {
        if (before.isEmpty()) {
            return false;
        }
        var allowed = before.stream().map(Widening::block).toList();
        return after.isEmpty()
                || !after.stream()
                        .map(Widening::block)
                        .allMatch(block -> allowed.stream().anyMatch(known -> known.contains(block)));
    }

    private static Cidr block(String text) {
        return Cidr.find(text).orElseThrow();
    }

    static boolean isLonger(Optional<Instant> before, Optional<Instant> after) {
        return before.isPresent()
                && after.filter(end -> !end.isAfter(before.get())).isEmpty();
    }

    /** A time that has come already keeps nobody out. */
    private static boolean isEarlier(Optional<Instant> before, Optional<Instant> after, Instant now) {
        return before.filter(time -> time.isAfter(now)).isPresent()
                && after.filter(time -> !time.isBefore(before.get())).isEmpty();
    }
}
