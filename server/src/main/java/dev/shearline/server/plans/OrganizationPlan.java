package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Lifetime;
import dev.shearline.server.identity.OrganizationId;
import java.util.List;
import java.util.Optional;

/**
 * What an organization may have, and what it has of it.
 *
 * @param plan the id of its plan
 * @param overrides what it has agreed on besides
 * @param keyTypes the plan with the overrides
 * @param used how many keys of each type live
 * @param over what is more than the plan includes, as after a change to a smaller one: it goes on working, and nothing is added to it
 */
public record OrganizationPlan(
        OrganizationId organization,
        String plan,
        String title,
        Overrides overrides,
        PerType<TypeTerms> keyTypes,
        Slots slots,
        PerType<Integer> used,
        List<Over> over) {

    public OrganizationPlan {
        over = List.copyOf(over);
    }

    /** Why something is over. */
    public enum Excess {
        /** The plan has no keys of this type. */
        TYPE,
        /** There are more of them than it includes. */
        NUMBER,
        /** They live longer than it allows. */
        LIFETIME
    }

    /**
     * @param used how many keys it is about
     * @param limit how many there may be
     * @param maxLifetime how long they may live
     */
    public record Over(
            KeyType keyType, Excess excess, int used, Optional<Integer> limit, Optional<Lifetime> maxLifetime) {}
}
