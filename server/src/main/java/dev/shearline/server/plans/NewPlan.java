package dev.shearline.server.plans;

import java.util.Optional;

/** A plan to be. */
public record NewPlan(
        String id,
        String title,
        Optional<Integer> rank,
        PerType<TypeTerms.Choice> keyTypes,
        Optional<Slots.Choice> slots) {

    PlanContent content() {
        return new PlanContent(title, rank, keyTypes, slots);
    }
}
