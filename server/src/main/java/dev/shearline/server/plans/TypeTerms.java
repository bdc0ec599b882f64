package dev.shearline.server.plans;

import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.Lifetime;
import java.util.Optional;

/**
 * What a plan says of the keys of one type that it includes.
 *
 * @param noExpiry whether they may have no expiry at all
 * @param maxKeys how many may live at a time
 */
public record TypeTerms(Lifetime maxLifetime, boolean noExpiry, Allowance maxKeys) {

    /** What may be chosen for a type; what is left out is as usual, or, in an override, as in the plan. */
    public record Choice(Optional<Lifetime> maxLifetime, Optional<Boolean> noExpiry, Optional<Allowance> maxKeys) {}

    private static final Lifetime YEAR = Lifetime.ofDays(365);
    private static final Lifetime CI_USUAL = Lifetime.ofDays(90);
    private static final Lifetime EPHEMERAL_MAX = Lifetime.ofHours(24);
    private static final Lifetime LONG_LIFE_MAX = Lifetime.ofDays(10 * 365L);

    /** A type that is included, and nothing more said. */
    static TypeTerms usual(KeyType type) {
        return new TypeTerms(
                switch (type) {
                    case PERSONAL, TEAM, OPERATOR -> YEAR;
                    case CI -> CI_USUAL;
                    case EPHEMERAL -> EPHEMERAL_MAX;
                },
                false,
                Allowance.UNLIMITED);
    }

    /** No plan allows more: it belongs to the type. */
    public static Lifetime lifetimeMax(KeyType type) {
        return type == KeyType.EPHEMERAL ? EPHEMERAL_MAX : LONG_LIFE_MAX;
    }

    /** Whether keys of this type may be without expiry where the plan allows it. */
    public static boolean mayBeEndless(KeyType type) {
        return type != KeyType.EPHEMERAL;
    }

    TypeTerms with(Choice choice) {
        return new TypeTerms(
                choice.maxLifetime().orElse(maxLifetime),
                choice.noExpiry().orElse(noExpiry),
                choice.maxKeys().orElse(maxKeys));
    }

    /** @param path of the field that holds the types, with a dot behind */
    static void check(String path, KeyType type, Choice choice) {
        var field = path + type.wire() + ".";
        choice.maxLifetime()
                .filter(wanted -> wanted.compareTo(lifetimeMax(type)) > 0)
                .ifPresent(_ -> {
                    throw Problem.invalidField(
                                    field + "max_lifetime",
                                    "\"" + field + "max_lifetime\" must be at most "
                                            + lifetimeMax(type).wire() + ": no key of this type lives longer.")
                            .asException();
                });
        if (choice.noExpiry().orElse(false) && !mayBeEndless(type)) {
            throw Problem.invalidField(
                            field + "no_expiry",
                            "\"" + field + "no_expiry\" must be false: a key that works once always expires.")
                    .asException();
        }
    }
}
