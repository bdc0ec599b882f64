package dev.shearline.server.plans;

import dev.shearline.server.identity.KeyType;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Something for each type of key that organizations have. Operator keys belong to the instance, which has no plan and no policy. */
public record PerType<T>(Optional<T> personal, Optional<T> team, Optional<T> ci, Optional<T> ephemeral) {

    public static <T> PerType<T> none() {
        return new PerType<>(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Optional<T> of(KeyType type) {
        return switch (type) {
            case PERSONAL -> personal;
            case TEAM -> team;
            case CI -> ci;
            case EPHEMERAL -> ephemeral;
            case OPERATOR -> Optional.empty();
        };
    }

    public <R> PerType<R> map(BiFunction<KeyType, T, R> function) {
        return new PerType<>(
                personal.map(value -> function.apply(KeyType.PERSONAL, value)),
                team.map(value -> function.apply(KeyType.TEAM, value)),
                ci.map(value -> function.apply(KeyType.CI, value)),
                ephemeral.map(value -> function.apply(KeyType.EPHEMERAL, value)));
    }

    static <T> PerType<T> by(Function<KeyType, Optional<T>> value) {
        return new PerType<>(
                value.apply(KeyType.PERSONAL),
                value.apply(KeyType.TEAM),
                value.apply(KeyType.CI),
                value.apply(KeyType.EPHEMERAL));
    }
}
