package dev.shearline.server.verify;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ResourcePattern;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyMode;
import dev.shearline.token.ParsedKey;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides, from memory and without side effects. The order of the checks is fixed: shape and checksum, digest, state, times, owner, mode,
 * boundary, scopes, resource, address. The first that fails is the reason. The shape is looked at only of what is not found: a text that has the digest of a
 * key is that key.
 */
final class Judge {

    private static final Verdict MALFORMED = new Verdict.Denied(Reason.MALFORMED, Optional.empty());
    private static final Verdict NOT_FOUND = new Verdict.Denied(Reason.NOT_FOUND, Optional.empty());

    private final KeyFormat format;
    private final Directory directory;
    private final Entitlements entitlements;
    private final InstantSource clock;

    Judge(KeyFormat format, Directory directory, InstantSource clock) {
        this.format = format;
        this.directory = directory;
        this.entitlements = new Entitlements(directory);
        this.clock = clock;
    }

    Judgement judge(Actor caller, Question question, long now) {
        var raw = question.key().reveal();
        if (raw.length() > KeyFormat.KEY_LENGTH_MAX) {
            return MALFORMED;
        }
        var digest = KeyDigest.of(raw);
        var keys = directory.keys();
        var entry = keys.find(digest);
        if (entry == null) {
            if (keys.mayExist(digest)) {
                return new Judgement.Unread(digest);
            }
            return format.parse(raw) instanceof ParsedKey.Malformed ? MALFORMED : NOT_FOUND;
        }
        // a key of another organization is answered exactly as one that was never issued
        if (!mayAsk(caller, entry)) {
            return NOT_FOUND;
        }
        var verdict = judge(entry, question, now);
        // what is for tests uses up nothing that is live
        return verdict instanceof Verdict.Allowed allowed && !allowed.key().isTest() && caller.mode() == KeyMode.TEST
                ? new Verdict.Denied(Reason.WRONG_MODE, Optional.of(entry), allowed.scopes(), allowed.unit())
                : verdict;
    }

    /** The checks after the lookup, for a key that the caller may ask about. */
    Verdict judge(KeyEntry entry, Question question) {
        return judge(entry, question, clock.millis());
    }

    /** @param at the moment of which it is judged: a repeated use is answered as the use was */
    Verdict judge(KeyEntry entry, Question question, long at) {
        var reason = standing(entry, at);
        if (!(entry instanceof LiveKey key)) {
            return new Verdict.Denied(reason == null ? Reason.NOT_FOUND : reason, Optional.of(entry));
        }
        var named = question.unit();
        var unit = named == null ? null : entitlements.findUnit(key.organization, named);
        var scopes = entitlements.scopesOf(key, unit);
        if (reason == null) {
            reason = fitness(key, question, unit, scopes);
        }
        return reason == null
                ? new Verdict.Allowed(key, scopes, unit, false, null)
                : new Verdict.Denied(reason, Optional.of(entry), scopes, unit);
    }

    /** Why the key itself is not good now, whatever is asked of it; null when it is. */
    static @Nullable Reason standing(KeyEntry entry, long now) {
        return switch (entry) {
            case DeadKey dead -> dead.reason();
            case LiveKey key -> {
                if (key.isDisabled()) {
                    yield Reason.DISABLED;
                }
                if (now >= key.expiresAt) {
                    yield Reason.EXPIRED;
                }
                if (now < key.notBefore) {
                    yield Reason.NOT_YET_VALID;
                }
                yield isOwnerActive(key) ? null : Reason.OWNER_INACTIVE;
            }
        };
    }

    private static @Nullable Reason fitness(
            LiveKey key, Question question, @Nullable Cell<Records.Unit> unit, ScopeSet scopes) {
        if (key.isTest() != question.test()) {
            return Reason.WRONG_MODE;
        }
        if (question.unit() != null && !isWithinBoundary(key, unit)) {
            return Reason.OUTSIDE_BOUNDARY;
        }
        if (!holdsAll(scopes, question.scopes())) {
            return Reason.INSUFFICIENT_SCOPE;
        }
        if (!ResourcePattern.allow(key.resources, question.resource())) {
            return Reason.OUTSIDE_RESOURCES;
        }
        return isAddressAllowed(key.cidrs, question.address()) ? null : Reason.ADDRESS_NOT_ALLOWED;
    }

    /** A personal key is valid where its owner has a role, an operator's everywhere, any other at its unit and below. */
    private static boolean isWithinBoundary(LiveKey key, @Nullable Cell<Records.Unit> unit) {
        if (key.type() == KeyType.OPERATOR) {
            return true;
        }
        if (unit == null) {
            return false;
        }
        var place = key.membership;
        if (place == null) {
            return Records.isWithin(unit, key.unit);
        }
        var membership = place.record;
        return membership != null && membership.rolesAt(unit) != 0;
    }

    private static boolean isOwnerActive(LiveKey key) {
        var organization = key.organization.record;
        var unit = key.unit.record;
        if (organization == null || !organization.active() || unit == null || !unit.active()) {
            return false;
        }
        var place = key.membership;
        if (place == null) {
            return true;
        }
        var membership = place.record;
        if (membership == null || !membership.active() || !membership.hasRole()) {
            return false;
        }
        var user = membership.user().record;
        return user != null && user.active();
    }

    private static boolean holdsAll(ScopeSet held, ScopeSet wanted) {
        var scopes = wanted.scopes();
        for (int i = 0; i < scopes.size(); i++) {
            if (!held.covers(scopes.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** A key that is bound to addresses is refused where nobody says from where it comes. */
    static boolean isAddressAllowed(List<Cidr> cidrs, Optional<IpAddress> address) {
        if (cidrs.isEmpty()) {
            return true;
        }
        if (address.isEmpty()) {
            return false;
        }
        for (int i = 0; i < cidrs.size(); i++) {
            if (cidrs.get(i).contains(address.get())) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayAsk(Actor caller, KeyEntry entry) {
        return switch (caller) {
            case Actor.Operator _, Actor.Job _ -> true;
            case Actor.Key key -> key.organization().value().equals(entry.organization.id);
            case Actor.Member member -> member.organization().value().equals(entry.organization.id);
            case Actor.Embed embed -> embed.organization().value().equals(entry.organization.id);
            case Actor.Possession _ -> false;
        };
    }
}
