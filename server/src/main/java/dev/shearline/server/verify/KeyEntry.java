package dev.shearline.server.verify;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;

/**
 * What the directory knows of a key, found by digest and by id. Fields are primitive on purpose: a million of these lie in memory, and a
 * {@link DeadKey}, which adds nothing, takes 64 bytes.
 */
abstract sealed class KeyEntry permits LiveKey, DeadKey {

    private static final int LOW_BITS = 12;

    private final long digest0;
    private final long digest1;
    private final long digest2;
    private final long digest3;
    private final long idHigh;
    /** The low part of the id in the lowest 12 bits; above it whatever the subclass packs. */
    private final int packed;

    final int version;
    final Cell<Records.Organization> organization;

    KeyEntry(KeyDigest digest, ApiKeyId id, int version, Cell<Records.Organization> organization, int extra) {
        this.digest0 = digest.a();
        this.digest1 = digest.b();
        this.digest2 = digest.c();
        this.digest3 = digest.d();
        this.idHigh = id.high();
        this.packed = extra << LOW_BITS | id.low();
        this.version = version;
        this.organization = organization;
    }

    final boolean hasDigest(KeyDigest digest) {
        // every word is compared, whatever the first says
        return ((digest0 ^ digest.a()) | (digest1 ^ digest.b()) | (digest2 ^ digest.c()) | (digest3 ^ digest.d())) == 0;
    }

    final boolean hasId(ApiKeyId id) {
        return idHigh == id.high() && (packed & ((1 << LOW_BITS) - 1)) == id.low();
    }

    final KeyDigest digest() {
        return new KeyDigest(digest0, digest1, digest2, digest3);
    }

    final ApiKeyId id() {
        return ApiKeyId.of(idHigh, packed & ((1 << LOW_BITS) - 1));
    }

    /** The two numbers of the id, for who counts without making objects. */
    final long idHigh() {
        return idHigh;
    }

    final int idLow() {
        return packed & ((1 << LOW_BITS) - 1);
    }

    final int extra() {
        return packed >>> LOW_BITS;
    }

    final int digestHash() {
        return KeyTable.digestHash(digest0);
    }

    final int idHash() {
        return KeyTable.idHash(idHigh, packed & ((1 << LOW_BITS) - 1));
    }
}
