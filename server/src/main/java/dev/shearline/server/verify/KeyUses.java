package dev.shearline.server.verify;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.FirstUses;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.net.IpAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * What a use of a key brings with it, whether the key was asked about or has called itself: its time is noted, and the first use of a
 * rotated key ends the key before it.
 */
final class KeyUses {

    private final LastUsed lastUsed;
    private final FirstUses firstUses;

    KeyUses(LastUsed lastUsed, FirstUses firstUses) {
        this.lastUsed = lastUsed;
        this.firstUses = firstUses;
    }

    /** A key that was allowed. */
    void used(LiveKey key, Optional<IpAddress> address, long now) {
        var mark = key.lastUse;
        if (mark == null || !mark.moved(address, now)) {
            key.lastUse = lastUsed.record(key.id(), address, Instant.ofEpochMilli(now));
        }
        if (key.endsPredecessor()) {
            firstUses.used(key.id(), new OrganizationId(key.organization.id));
        }
    }

    /** The credential of a request: the same one comes with every question, so it mostly finds this millisecond noted already. */
    void called(LiveKey key, IpAddress address, long now) {
        var mark = key.lastUse;
        if (mark == null || !mark.covers(now)) {
            used(key, Optional.of(address), now);
        }
    }
}
