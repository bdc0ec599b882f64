package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.token.KeyDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which keys, and in what order.
 *
 * @param organization where several can be seen; empty for all of them
 * @param owner a user, a unit or an organization
 * @param unit where the keys are valid
 * @param madeBy a member, by themselves or with a key of theirs, or a key
 * @param statuses empty for all but revoked and used keys
 * @param rotationDue only those that should be rotated, after the policy of their organization
 * @param text the beginnings of words of the name or the description, or of a key's id or prefix
 */
public record KeyFilter(
        Optional<Ref> organization,
        Optional<KeyType> type,
        Optional<Ref> owner,
        Optional<Ref> unit,
        Optional<Ref> madeBy,
        Set<KeyStatus> statuses,
        Optional<Scope> scope,
        Optional<Duration> expiresWithin,
        Optional<Duration> unusedFor,
        Optional<String> text,
        Optional<KeyDigest> digest,
        boolean rotationDue,
        Optional<UsedFrom> usedFrom,
        KeySort sort,
        boolean descending) {

    /** Everything that is not over, the newest first. */
    public static final KeyFilter USUAL = of(Optional.empty(), Optional.empty(), Set.of());

    public KeyFilter {
        // in the order of the enum, so that the same filter is spelled the same way in a cursor
        statuses = statuses.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(statuses));
    }

    /** The newest first. */
    public static KeyFilter of(Optional<Ref> organization, Optional<KeyType> type, Set<KeyStatus> statuses) {
        return new KeyFilter(
                organization,
                type,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                statuses,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                KeySort.CREATED,
                true);
    }

    /** What a cursor is bound to. */
    String list() {
        return "/v1/keys?"
                + List.of(
                        organization,
                        type,
                        owner,
                        unit,
                        madeBy,
                        statuses,
                        scope,
                        expiresWithin,
                        unusedFor,
                        text,
                        digest,
                        rotationDue,
                        usedFrom)
                + sort + descending;
    }
}
