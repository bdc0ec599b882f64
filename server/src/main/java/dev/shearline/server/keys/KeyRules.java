package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.plans.Entitlement;
import dev.shearline.server.plans.Entitlements;
import java.time.Instant;
import java.util.Optional;

/** What an organization's plan says about its keys. Keys of operators belong to the instance, which has none. */
final class KeyRules {

    private final Entitlements entitlements;
    private final Lifetimes lifetimes;

    KeyRules(Entitlements entitlements, Lifetimes lifetimes) {
        this.entitlements = entitlements;
        this.lifetimes = lifetimes;
    }

    /** When a new key ends. */
    Optional<Instant> expiry(Tx tx, Entitlement entitlement, KeyType type, Lifetimes.Asked asked, Instant now) {
        return expiry(tx, entitlement, type, asked, now, now);
    }

    private Optional<Instant> expiry(
            Tx tx, Entitlement entitlement, KeyType type, Lifetimes.Asked asked, Instant createdAt, Instant now) {
        return Lifetimes.expiry(
                maximum(tx, entitlement, type),
                asked,
                createdAt,
                now,
                (_, field, allowing, most) -> entitlements.tooLong(tx, entitlement, type, field, allowing, most));
    }

    /** When the successor of a key ends. */
    Optional<Instant> renewed(Tx tx, Entitlement entitlement, KeyRow old, Instant now) {
        return Lifetimes.renewed(maximum(tx, entitlement, old.kind().type()), old.times(), now);
    }

    private Lifetimes.Maximum maximum(Tx tx, Entitlement entitlement, KeyType type) {
        return type == KeyType.OPERATOR
                ? lifetimes.ofType(type)
                : lifetimes.of(type, entitlements.requireType(tx, entitlement, type));
    }

    /** When a key ends that is to end at another time. Where the plan has no such keys any more it may only end earlier. */
    Optional<Instant> changedExpiry(Tx tx, KeyRow key, Lifetimes.Asked asked, Instant now) {
        var type = key.kind().type();
        var entitlement = entitlements.get(tx, key.organization());
        if (type != KeyType.OPERATOR && entitlement.of(type).isPresent()) {
            return expiry(tx, entitlement, type, asked, key.times().createdAt(), now);
        }
        var wanted = Lifetimes.expiry(
                lifetimes.ofType(type),
                asked,
                key.times().createdAt(),
                now,
                (_, field, _, most) -> KeyProblems.invalid(field, "These keys " + most + "."));
        if (type != KeyType.OPERATOR && Widening.isLonger(key.times().expiresAt(), wanted)) {
            entitlements.requireType(tx, entitlement, type);
        }
        return wanted;
    }

    /** Just before a key is made: whether there may be one more. */
    void requireRoom(Tx tx, Owned owned, KeyType type, Instant now) {
        var counted = owned.entitlement()
                .of(type)
                .filter(terms -> terms.maxKeys().number().isPresent());
        if (counted.isPresent() || owned.alone()) {
            entitlements.requireRoom(tx, owned.owner().organization(), type, owned.alone(), now);
        }
    }

    /** Before a disabled key works again: it is counted already, unless there are too many. */
    void requireIncluded(Tx tx, KeyRow key, Instant now) {
        var type = key.kind().type();
        if (type != KeyType.OPERATOR) {
            entitlements.requireNotOver(tx, key.organization(), type, now);
        }
    }
}
