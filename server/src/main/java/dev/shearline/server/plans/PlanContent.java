package dev.shearline.server.plans;

import java.util.Optional;

/**
 * All that an operator says about a plan.
 *
 * @param rank the cheapest has the lowest; without it the plan comes last
 * @param keyTypes the types that it includes
 */
public record PlanContent(
        String title, Optional<Integer> rank, PerType<TypeTerms.Choice> keyTypes, Optional<Slots.Choice> slots) {

    static final int RANK_MAX = 1_000_000;
    static final int RANK_LAST = 1_000;

    public PlanContent {
        keyTypes.map((type, choice) -> {
            TypeTerms.check("key_types.", type, choice);
            return type;
        });
    }

    PlanTerms terms() {
        return new PlanTerms(
                keyTypes.map((type, choice) -> TypeTerms.usual(type).with(choice)),
                slots.map(Slots.USUAL::with).orElse(Slots.USUAL));
    }
}
