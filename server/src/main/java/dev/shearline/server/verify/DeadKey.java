package dev.shearline.server.verify;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;

/** A tombstone: the key is refused for this reason, without asking anybody, for {@value #KEEP_DAYS} days. */
@SuppressWarnings("EnumOrdinal") // packed in memory only, never stored
final class DeadKey extends KeyEntry {

    static final int KEEP_DAYS = 90;

    private static final int REASON_BITS = 4;

    DeadKey(
            KeyDigest digest,
            ApiKeyId id,
            int version,
            Cell<Records.Organization> organization,
            Reason reason,
            long deathDay) {
        // 12 bits id, 4 bits reason, 16 bits day: days since 1970 fit until the year 2149
        super(digest, id, version, organization, (int) deathDay << REASON_BITS | reason.ordinal());
    }

    Reason reason() {
        return Reason.values()[extra() & ((1 << REASON_BITS) - 1)];
    }

    int deathDay() {
        return extra() >>> REASON_BITS;
    }

    DeadKey as(Reason reason, int version) {
        return new DeadKey(digest(), id(), version, organization, reason, deathDay());
    }
}
