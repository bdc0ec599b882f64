package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import java.util.Optional;

/** What one organization has that its plan says otherwise. It stays when the plan changes. */
public record Overrides(Optional<PerType<TypeTerms.Choice>> keyTypes, Optional<Slots.Choice> slots) {

    static final Overrides NONE = new Overrides(Optional.empty(), Optional.empty());

    public Overrides {
        keyTypes.ifPresent(types -> types.map((type, choice) -> {
            TypeTerms.check("overrides.key_types.", type, choice);
            return type;
        }));
    }

    Optional<TypeTerms.Choice> of(KeyType type) {
        return keyTypes.flatMap(types -> types.of(type));
    }

    /** Without what says nothing. */
    Overrides tidied() {
        return new Overrides(
                keyTypes.filter(types -> !types.equals(PerType.none())),
                slots.filter(choice -> !choice.equals(new Slots.Choice(Optional.empty(), Optional.empty()))));
    }
}
