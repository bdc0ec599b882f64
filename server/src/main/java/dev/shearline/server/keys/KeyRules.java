package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.plans.Entitlement;
import dev.shearline.server.plans.Entitlements;
import dev.shearline.server.plans.TypeTerms;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What an organization's plan and policy say about its keys. Keys of operators belong to the instance, which has neither. */
final class KeyRules {

    private final Entitlements entitlements;
    private final Lifetimes lifetimes;

    KeyRules(Entitlements entitlements, Lifetimes lifetimes) {
        this.entitlements = entitlements;
        this.lifetimes = lifetimes;
    }

    /** Who makes a key, what it may do and from where. */
    void requireAllowed(Tx tx, Owned owned, Actor actor, KeyType type, ScopeSet scopes, List<String> cidrs) {
        if (type == KeyType.OPERATOR) {
            return;
        }
        entitlements.requireType(tx, owned.entitlement(), type);
        var policy = owned.entitlement().policy();
        PolicyRules.requireCreator(tx, policy, actor, owned.owner(), type, scopes);
        PolicyRules.requireCidrs(policy.of(type), type, cidrs);
    }

    /** Whoever gets a successor in hand: whether their role may make such a key. */
    void requireCreator(Tx tx, Owned owned, Actor actor, KeyRow key) {
        var policy = owned.entitlement().policy();
        PolicyRules.requireCreator(tx, policy, actor, owned.owner(), key.kind().type(), key.scopes());
    }

    /** When a new key ends. */
    Optional<Instant> expiry(
            Tx tx, Actor actor, Entitlement entitlement, KeyType type, Lifetimes.Asked asked, Instant now) {
        var maximum = bounded(actor, maximum(tx, entitlement, type));
        return Lifetimes.expiry(maximum, asked, now, now, refusal(tx, entitlement, type));
    }

    private Lifetimes.Refusal refusal(Tx tx, Entitlement entitlement, KeyType type) {
        return (by, field, allowing, most) -> switch (by) {
            case SESSION -> Forcing.tooLong(field, most);
            case POLICY -> PolicyRules.tooLong(type, field, most);
            case PLAN, TYPE -> tooLong(tx, entitlement, type, field, allowing, most);
        };
    }

    private ProblemException tooLong(
            Tx tx, Entitlement entitlement, KeyType type, String field, Predicate<TypeTerms> allowing, String most) {
        return entitlements.tooLong(tx, entitlement, type, field, allowing, most);
    }

    /** The successor of a key: whether there may be one, and when it ends. */
    Optional<Instant> renewed(Tx tx, Actor actor, Entitlement entitlement, KeyRow old, Instant now) {
        var type = old.kind().type();
        var maximum = bounded(actor, maximum(tx, entitlement, type));
        PolicyRules.requireCidrs(entitlement.policy().of(type), type, old.cidrs());
        return Lifetimes.renewed(maximum, old.times(), now);
    }

    private Lifetimes.Maximum maximum(Tx tx, Entitlement entitlement, KeyType type) {
        if (type == KeyType.OPERATOR) {
            return lifetimes.ofType(type);
        }
        return narrowed(lifetimes.of(type, entitlements.requireType(tx, entitlement, type)), entitlement, type);
    }

    /** The most that this caller may give such a key; empty where the plan has none of them. */
    Optional<Lifetimes.Maximum> findMaximum(Actor actor, Entitlement entitlement, KeyType type) {
        return entitlement
                .of(type)
                .map(terms -> bounded(actor, narrowed(lifetimes.of(type, terms), entitlement, type)));
    }

    private static Lifetimes.Maximum bounded(Actor actor, Lifetimes.Maximum maximum) {
        return actor.forced().maxTtl().map(maximum::within).orElse(maximum);
    }

    private static Lifetimes.Maximum narrowed(Lifetimes.Maximum maximum, Entitlement entitlement, KeyType type) {
        return entitlement.policy().of(type).map(maximum::within).orElse(maximum);
    }

    /** When a key ends that is to end at another time. Where the plan has no such keys any more it may only end earlier. */
    Optional<Instant> changedExpiry(Tx tx, Actor actor, KeyRow key, Lifetimes.Asked asked, Instant now) {
        var type = key.kind().type();
        var begin = key.times().begin();
        var entitlement = entitlements.get(tx, key.organization());
        boolean included = type == KeyType.OPERATOR || entitlement.of(type).isPresent();
        var maximum = included ? maximum(tx, entitlement, type) : narrowed(lifetimes.ofType(type), entitlement, type);
        var wanted = Lifetimes.expiry(bounded(actor, maximum), asked, begin, now, refusal(tx, entitlement, type));
        if (!included && Widening.isLonger(key.times().expiresAt(), wanted)) {
            entitlements.requireType(tx, entitlement, type);
        }
        return wanted;
    }

    /** Before a key gets other scopes or addresses. */
    void requireEditAllowed(Tx tx, Actor actor, KeyRow before, KeyRow after) {
        var type = before.kind().type();
        boolean scopes = !after.scopes().equals(before.scopes());
        boolean addresses = !after.cidrs().equals(before.cidrs());
        if (type == KeyType.OPERATOR || !(scopes || addresses)) {
            return;
        }
        var policy = entitlements.get(tx, before.organization()).policy();
        if (scopes) {
            PolicyRules.requireScopes(tx, policy, actor, before, after.scopes());
        }
        if (addresses) {
            PolicyRules.requireCidrs(policy.of(type), type, after.cidrs());
        }
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
