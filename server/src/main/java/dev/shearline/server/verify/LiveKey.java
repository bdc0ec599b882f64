package dev.shearline.server.verify;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ResourcePattern;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.LastUsed;
import dev.shearline.server.limits.Limited;
import dev.shearline.server.net.Cidr;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key that may be allowed, today or after somebody has enabled it. Times are milliseconds since 1970. */
@SuppressWarnings("EnumOrdinal") // packed in memory only, never stored
final class LiveKey extends KeyEntry {

    static final long NEVER = Long.MAX_VALUE;

    /** What does not change in a key's life, and how it ended up: packed beside the id. */
    record Traits(KeyType type, boolean publishable, boolean test, boolean disabled, boolean endsPredecessor) {

        int packed() {
            return type.ordinal()
                    | (publishable ? 1 << 3 : 0)
                    | (test ? 1 << 4 : 0)
                    | (disabled ? 1 << 5 : 0)
                    | (endsPredecessor ? 1 << 6 : 0);
        }
    }

    final Cell<Records.Unit> unit;
    final @Nullable Cell<Records.Membership> membership;
    final ScopeSet scopes;
    final List<Cidr> cidrs;
    final List<ResourcePattern> resources;
    final @Nullable Limited limited;
    final @Nullable String metadata;
    final long notBefore;
    final long expiresAt;

    /** Set by who looks for it while not all keys are held, cleared by the hand that looks for what to forget. */
    boolean lookedFor;

    /** Where the use of the key is noted, so that its next use need not search. */
    volatile LastUsed.@Nullable Mark lastUse;

    LiveKey(
            KeyDigest digest,
            ApiKeyId id,
            int version,
            Cell<Records.Organization> organization,
            Traits traits,
            Cell<Records.Unit> unit,
            @Nullable Cell<Records.Membership> membership,
            ScopeSet scopes,
            List<Cidr> cidrs,
            List<ResourcePattern> resources,
            @Nullable Limited limited,
            @Nullable String metadata,
            long notBefore,
            long expiresAt) {
        super(digest, id, version, organization, traits.packed());
        this.unit = unit;
        this.membership = membership;
        this.scopes = scopes;
        this.cidrs = cidrs;
        this.resources = resources;
        this.limited = limited;
        this.metadata = metadata;
        this.notBefore = notBefore;
        this.expiresAt = expiresAt;
    }

    KeyType type() {
        return KeyType.at(extra() & 7);
    }

    boolean isPublishable() {
        return (extra() & 1 << 3) != 0;
    }

    KeyMode mode() {
        return isTest() ? KeyMode.TEST : KeyMode.LIVE;
    }

    boolean isTest() {
        return (extra() & 1 << 4) != 0;
    }

    boolean isDisabled() {
        return (extra() & 1 << 5) != 0;
    }

    /** The first use of this key ends the key that it was rotated from. */
    boolean endsPredecessor() {
        return (extra() & 1 << 6) != 0;
    }

    LiveKey disabled(int newVersion) {
        var traits = new Traits(type(), isPublishable(), isTest(), true, endsPredecessor());
        return new LiveKey(
                digest(),
                id(),
                newVersion,
                organization,
                traits,
                unit,
                membership,
                scopes,
                cidrs,
                resources,
                limited,
                metadata,
                notBefore,
                expiresAt);
    }
}
