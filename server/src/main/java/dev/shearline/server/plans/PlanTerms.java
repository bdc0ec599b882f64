package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import java.util.Optional;

/** What a plan includes. A type that is not there is not in the plan. */
public record PlanTerms(PerType<TypeTerms> keyTypes, Slots slots) {

    /** The same for one organization, which has agreed on something else. A type that only the override knows is included by it. */
    PlanTerms with(Overrides overrides) {
        return new PlanTerms(
                PerType.by(type -> overrides
                        .of(type)
                        .map(choice -> keyTypes.of(type)
                                .orElseGet(() -> TypeTerms.usual(type))
                                .with(choice))
                        .or(() -> keyTypes.of(type))),
                overrides.slots().map(slots::with).orElse(slots));
    }

    Optional<TypeTerms> of(KeyType type) {
        return keyTypes.of(type);
    }
}
