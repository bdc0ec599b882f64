package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import java.util.Optional;

/**
 * What an organization may have: its plan, with what it has agreed on besides, and what it allows itself of that.
 *
 * @param plan the id of its plan
 */
public record Entitlement(String plan, PlanTerms terms, Policy policy) {

    public Optional<TypeTerms> of(KeyType type) {
        return terms.of(type);
    }

    /** Whether keys of this type are counted. */
    boolean hasNumber(KeyType type) {
        return of(type).filter(included -> included.maxKeys().number().isPresent())
                .isPresent();
    }
}
