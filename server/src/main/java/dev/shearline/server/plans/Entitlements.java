package dev.shearline.server.plans;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Holds keys to the plan of their organization, inside the transaction that makes or changes them. What is missing is named, and the
 * cheapest plan that has it: that is looked for only when something is refused.
 */
public final class Entitlements {

    private final EntitlementStore store;
    private final PlanStore plans;

    public Entitlements(Json json) {
        var stored = new StoredJson(json);
        this.store = new EntitlementStore(stored);
        this.plans = new PlanStore(stored);
    }

    /** Of what a statement has read from both rows. */
    public Entitlement of(String plan, String settings, String overrides, String policy) {
        return store.entitlement(plan, settings, overrides, policy);
    }

    /** As it is now: whoever locks nothing may be overtaken. */
    public Entitlement get(Tx tx, OrganizationId organization) {
        return store.find(tx, organization).orElseThrow(Plans::notFound);
    }

    /** What the plan says of this type, or the problem that it does not have it. */
    public TypeTerms requireType(Tx tx, Entitlement entitlement, KeyType type) {
        return entitlement.of(type).orElseThrow(() -> notIncluded(tx, entitlement, type));
    }

    private ProblemException notIncluded(Tx tx, Entitlement entitlement, KeyType type) {
        var other = findPlan(tx, entitlement, terms -> terms.of(type).isPresent());
        return problem(
                        ProblemCode.KEY_TYPE_NOT_IN_PLAN,
                        "The plan " + entitlement.plan() + " has no " + type.wire() + " keys"
                                + advice(other, "has them"),
                        entitlement,
                        other)
                .withField("type")
                .asException();
    }

    /**
     * The problem that a key was to live longer than the plan allows.
     *
     * @param asked whether another plan's terms allow it
     * @param most completes "The plan … lets keys of this type "
     */
    public ProblemException tooLong(
            Tx tx, Entitlement entitlement, KeyType type, String field, Predicate<TypeTerms> asked, String most) {
        var other =
                findPlan(tx, entitlement, terms -> terms.of(type).filter(asked).isPresent());
        return problem(
                        ProblemCode.LIFETIME_NOT_IN_PLAN,
                        "The plan " + entitlement.plan() + " lets " + type.wire() + " keys " + most
                                + advice(other, "allows it"),
                        entitlement,
                        other)
                .withField(field)
                .asException();
    }

    /**
     * Whether one more key of this type may be made. Decided here and now: the organization's row is locked by this transaction alone, so
     * that nobody else makes one meanwhile; what is counted is read after that.
     *
     * @param alone whether the row was locked so: it is, unless the plan has got its number this very moment
     */
    public void requireRoom(Tx tx, OrganizationId organization, KeyType type, boolean alone, Instant now) {
        widened(tx, () -> {
            var entitlement = get(tx, organization);
            if (!entitlement.hasNumber(type)) {
                return Optional.empty();
            }
            if (!alone) {
                return Optional.of(Problem.of(
                                ProblemCode.CONFLICT,
                                "The plan of the organization is being changed at the same time: repeat the request.")
                        .asException());
            }
            return refusal(tx, entitlement, type, store.count(tx, organization, type, now));
        });
    }

    /** Counts what the caller may not see. Back again before anything is refused: whoever imports many goes on in this transaction. */
    private static void widened(Tx tx, Supplier<Optional<ProblemException>> work) {
        var here = tx.context();
        boolean narrow = !here.equals(here.widened());
        if (narrow) {
            tx.enter(here.widened());
        }
        var refusal = work.get();
        if (narrow) {
            tx.enter(here);
        }
        refusal.ifPresent(problem -> {
            throw problem;
        });
    }

    private Optional<ProblemException> refusal(Tx tx, Entitlement entitlement, KeyType type, int used) {
        var terms = entitlement.of(type);
        if (terms.isEmpty()) {
            return Optional.of(notIncluded(tx, entitlement, type));
        }
        var number = terms.get().maxKeys();
        return number.hasRoom(used)
                ? Optional.empty()
                : Optional.of(reached(tx, entitlement, type, number, used, "Revoke one"));
    }

    /** Whether there are no more of them than there may be: what is over after a change of plan is not made to work again. */
    public void requireNotOver(Tx tx, OrganizationId organization, KeyType type, Instant now) {
        var here = tx.context();
        tx.enter(here.widened());
        var entitlement = get(tx, organization);
        var number = requireType(tx, entitlement, type).maxKeys();
        if (number.number().isPresent()) {
            int used = store.count(tx, organization, type, now);
            if (number.isExceededBy(used)) {
                throw reached(tx, entitlement, type, number, used, "Revoke what is over");
            }
        }
        tx.enter(here);
    }

    private ProblemException reached(
            Tx tx, Entitlement entitlement, KeyType type, Allowance number, int used, String what) {
        var other = findPlan(
                tx,
                entitlement,
                terms -> terms.of(type)
                        .filter(included -> included.maxKeys().hasRoom(used))
                        .isPresent());
        return problem(
                        ProblemCode.PLAN_LIMIT_REACHED,
                        "The plan " + entitlement.plan() + " includes " + number + " " + type.wire()
                                + (number.equals(Allowance.of(1)) ? " key" : " keys") + ", and " + used
                                + (used == 1 ? " lives" : " live") + ". " + what
                                + other.map(plan -> ", or have the plan " + plan + ".")
                                        .orElse(", or ask the operator for more."),
                        entitlement,
                        other)
                .withField("type")
                .withMember("limit", number.number().orElseThrow())
                .withMember("used", used)
                .asException();
    }

    private Optional<String> findPlan(Tx tx, Entitlement entitlement, Predicate<PlanTerms> has) {
        return plans.list(tx).stream()
                .filter(plan -> !plan.id().equals(entitlement.plan()))
                .filter(plan -> has.test(plan.terms()))
                .map(PlanDefinition::id)
                .findFirst();
    }

    private static String advice(Optional<String> other, String verb) {
        return other.map(plan -> ": the plan " + plan + " " + verb + ".")
                .orElse(", and no other plan " + verb + ": ask the operator.");
    }

    private static Problem problem(ProblemCode code, String detail, Entitlement entitlement, Optional<String> other) {
        var problem = Problem.of(code, detail).withMember("plan", entitlement.plan());
        return other.isPresent() ? problem.withMember("needed_plan", other.get()) : problem;
    }
}
