package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Role;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.plans.Policy;
import dev.shearline.server.plans.TypePolicy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an organization's policy says about its keys beside their lives. By role it binds the organization's own people; operators and the
 * server have no role and are not bound by it, and a credential that is no member's counts as a developer's: it is somebody's program.
 */
final class PolicyRules {

    private PolicyRules() {}

    /** Whoever makes a key: whether their role may, and with these scopes. */
    static void requireCreator(Tx tx, Policy policy, Actor actor, KeyOwner owner, KeyType type, ScopeSet scopes) {
        var ofType = policy.of(type).filter(TypePolicy::hasRoles);
        if (ofType.isEmpty() || Operators.include(actor)) {
            return;
        }
        var role = role(tx, actor, owner, type);
        ofType.get().createdBy().filter(least -> role.compareTo(least) < 0).ifPresent(least -> {
            throw violated("The organization's policy has " + type.wire() + " keys made by a role of at least "
                            + name(least) + ", and yours here is " + name(role) + ": ask somebody who has it.")
                    .withField("type")
                    .asException();
        });
        requireScopes(ofType.get(), role, type, scopes);
    }

    /** What such a caller may give at most; empty where the policy says nothing of it. */
    static Optional<ScopeSet> findScopes(Tx tx, Policy policy, Actor actor, KeyOwner owner, KeyType type) {
        return policy.of(type)
                .filter(own -> own.scopes().isPresent() && !Operators.include(actor))
                .flatMap(own -> own.scopesOf(role(tx, actor, owner, type)));
    }

    /** Whoever gives a key other scopes. */
    static void requireScopes(Tx tx, Policy policy, Actor actor, KeyRow key, ScopeSet scopes) {
        var type = key.kind().type();
        var ofType = policy.of(type).filter(own -> own.scopes().isPresent());
        if (ofType.isPresent() && !Operators.include(actor)) {
            requireScopes(ofType.get(), role(tx, actor, key.owner(), type), type, scopes);
        }
    }

    private static void requireScopes(TypePolicy policy, Role role, KeyType type, ScopeSet scopes) {
        policy.scopesOf(role).flatMap(allowed -> allowed.findMissing(scopes)).ifPresent(scope -> {
            throw violated("The organization's policy does not let a role of " + name(role) + " give the scope " + scope
                            + " to " + type.wire() + " keys: leave it out, or ask somebody with a higher role.")
                    .withField("scopes")
                    .asException();
        });
    }

    private static Role role(Tx tx, Actor actor, KeyOwner owner, KeyType type) {
        return CallerRoles.find(tx, actor, owner, type).orElse(Role.DEVELOPER);
    }

    private static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    static void requireCidrs(Optional<TypePolicy> policy, KeyType type, List<String> cidrs) {
        if (policy.filter(TypePolicy::requiresCidrs).isPresent() && !AllowedAddresses.limit(cidrs)) {
            throw violated("The organization's policy limits every " + type.wire()
                            + " key to addresses: say from which it is used, in \"cidrs\". Blocks that hold every address"
                            + " are no limit.")
                    .withField("cidrs")
                    .asException();
        }
    }

    /** @param most completes "keys … ": what is allowed */
    static ProblemException tooLong(KeyType type, String field, String most) {
        return violated("The organization's policy lets " + type.wire() + " keys " + most
                        + ": choose an earlier expiry, or ask an owner to change the policy.")
                .withField(field)
                .asException();
    }

    private static Problem violated(String detail) {
        return Problem.of(ProblemCode.POLICY_VIOLATED, detail);
    }
}
